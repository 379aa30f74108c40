"""The phrases of a checked answer (`audit`), in German."""

AUDIT: dict[str, str] = {
    "audit.title": "Eine schriftliche Antwort, geprüft",
    "audit.as_of": "Stand {day}",
    "audit.none": "Hier ließ sich nichts beurteilen",
    "audit.claims.1": "1 Aussage",
    "audit.claims": "{n} Aussagen",
    "audit.all": "{claims} beurteilt, alles belegt",
    "audit.wrong.1": "1 von {claims} trifft nicht zu",
    "audit.wrong": "{n} von {claims} treffen nicht zu",
    "audit.sources": "Quellen",
    "audit.foot.narrow": (
        "Ein Satz ohne Urteil ist weder richtig noch falsch: die Wissensbasis dieses Programms ist schmal, und wo sie "
        "nichts zum Vergleich hat, enthält sie sich."
    ),
    "audit.foot.advice": "Diese Prüfung hat kein Arzt durchgesehen. Sie ist keine Empfehlung zur Behandlung.",
    "audit.mixed_cuts": "Datenschnitte vermischt",
    "audit.contradicted": "widersprochen",
    "audit.outdated": "überholt",
    "audit.overstated": "überzogen",
    "audit.supported": "belegt",
    "audit.not_in_knowledge": "ohne Urteil",
    "audit.meaning.mixed_cuts": "jede Zahl stimmt für sich, aber keine einzelne Auswertung enthält sie zusammen",
    "audit.meaning.contradicted": "die Wissensbasis sagt es anders",
    "audit.meaning.outdated": "so war es einmal, so ist es nicht mehr",
    "audit.meaning.overstated": "es sagt mehr als seine Quelle",
    "audit.meaning.supported": "die Wissensbasis enthält es",
    "audit.meaning.not_in_knowledge": "in der Wissensbasis spricht nichts dafür oder dagegen: weder richtig noch falsch",
    "audit.checked.primary": "in der Quelle gelesen",
    "audit.checked.secondary": "aus zweiter Hand gelesen",
    "audit.checked.recalled": "aus der Erinnerung, nicht geprüft",
    "audit.checked.choice": "Festlegung dieses Projekts",
}
