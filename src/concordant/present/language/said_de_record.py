"""German: what the program itself says of a record that was read (`telling` says what each kind of place holds)."""

RECORD: dict[str, str] = {
    # how many entries became what
    "{n} entries: {n2} used, {n3} ignored, {n4} set aside": "{n} Einträge: {n2} verwendet, {n3} übergangen, {n4} beiseitegelegt",
    "{n} entry: {n2} used, {n3} ignored, {n4} set aside": "{n} Eintrag: {n2} verwendet, {n3} übergangen, {n4} beiseitegelegt",
    "{n} cells not read": "{n} Zellen nicht gelesen",
    "{n} cell not read": "{n} Zelle nicht gelesen",
    "set aside: {x}": "beiseitegelegt: {x}",
    # what an entry was read as
    "patient": "Person",
    "treatment": "Behandlung",
    "medication": "Begleitmedikation",
    "condition": "Erkrankung",
    "surgery": "Operation",
    "notice": "Hinweis",
    "tumour marker": "Tumormarker",
    "line of therapy": "Therapielinie",
    "a drug that cannot be given": "ein Mittel, das nicht gegeben werden kann",
    "treatment, told by its drug exposures": "Behandlung, aus ihren Einzelgaben",
    "treatment without its drugs: {r}": "Behandlung ohne Angabe der Mittel: {r}",
    "a condition that is not understood: {r}": "eine Erkrankung, die nicht verstanden wurde: {r}",
    "flagged as abnormal: {r}": "als auffällig markiert: {r}",
    "cancer {x}": "Krebs: {x}",
    "metastasis {x}": "Metastase: {x}",
    "other": "anderer",
    # why an entry was left
    "it says nothing that is asked about": "er sagt nichts, wonach gefragt wird",
    "it is dated after the day of the question": "sein Datum liegt nach dem Tag der Frage",
    "it lies after the date asked for": "er liegt nach dem gefragten Tag",
    "it lies after the date of the question": "er liegt nach dem Tag der Frage",
    "it is not taken at the date of the question": "am Tag der Frage wird es nicht genommen",
    "this version of it was written after the date asked for": "diese Fassung wurde nach dem gefragten Tag geschrieben",
    "another version of it is newer": "eine andere Fassung ist neuer",
    "the same entry again": "derselbe Eintrag noch einmal",
    "entered in error": "irrtümlich eingetragen",
    "refuted": "ausgeschlossen",
    "refuted, as its status or the letter behind its code says": "ausgeschlossen, laut Status oder Zusatzbuchstabe",
    "not done": "nicht durchgeführt",
    "not taken": "nicht genommen",
    "not named": "nicht genannt",
    "a supportive drug": "ein Mittel der Begleittherapie",
    "another drug, which is not said to be taken now": "ein anderes Mittel; dass es jetzt genommen wird, ist nicht gesagt",
    "an order that no entry carries out": "eine Anordnung, die kein Eintrag ausführt",
    "it was looked for, and is not there": "gesucht und nicht gefunden",
    "it is not understood, and over": "nicht verstanden, und vorbei",
    "nothing is read from {key}": "aus {key} wird nichts gelesen",
    "nothing is read from a note": "aus einer Notiz wird nichts gelesen",
    "nothing is read from a text": "aus einem Text wird nichts gelesen",
    "{r}: nothing here asks for it": "{r}: danach wird nicht gefragt",
    "no line of it is a cancer drug": "keine Zeile nennt ein Krebsmittel",
    "the T and the N category decide nothing here": "T- und N-Kategorie entscheiden hier nichts",
    "it is about another cancer": "es betrifft einen anderen Krebs",
    "it was given for another cancer": "es wurde wegen eines anderen Krebses gegeben",
    "a metastasis of another cancer": "Metastase eines anderen Krebses",
    "a metastasis from before this cancer, with another cancer on record: whose it is is not known": (
        "eine Metastase aus der Zeit vor diesem Krebs, und ein weiterer Krebs im Bericht: zu welchem sie gehört, ist "
        "nicht bekannt"
    ),
    "it is of {r}, and another cancer is on record: whose it is is not known": (
        "es betrifft {r}, und ein weiterer Krebs ist im Bericht: zu welchem es gehört, ist nicht bekannt"
    ),
    "two primary cancers are on record ({place}): to which of them it belongs is not known": (
        "zwei Primärtumoren sind im Bericht ({place}): zu welchem es gehört, ist nicht bekannt"
    ),
    "it is told to be of condition_occurrence {key}, which is not known to be this cancer": (
        "es gehört zu condition_occurrence {key}; dass das dieser Krebs ist, ist nicht bekannt"
    ),
    "it is about no patient": "er betrifft niemanden",
    "it is about somebody else ({r})": "er betrifft jemand anderen ({r})",
    "it belongs to a patient who is not in this file": "er gehört zu jemandem, der nicht in dieser Datei ist",
    "it names no patient of this source": "er nennt niemanden aus dieser Quelle",
    "its source deleted it": "die Quelle hat ihn gelöscht",
    "its source deleted this patient": "die Quelle hat diese Person gelöscht",
    "its subject is named by a number that no patient here has": "die Person ist durch eine Nummer benannt, die hier niemand hat",
    "its subject is named by a number, and whether it is one of this patient is not told": (
        "die Person ist durch eine Nummer benannt; ob es eine von dieser ist, ist nicht gesagt"
    ),
    "its subject is named only in words, and no patient here has that name": (
        "die Person ist nur in Worten benannt, und niemand hier heißt so"
    ),
    "its subject is named only in words, and whether that is this patient is not told": (
        "die Person ist nur in Worten benannt; ob es diese ist, ist nicht gesagt"
    ),
    "its subject stands on a server of which it is not told whether it is that of this patient": (
        "die Person steht auf einem Server; ob es der von dieser ist, ist nicht gesagt"
    ),
    "the person stands there twice": "die Person steht dort zweimal",
    "different sexes are told ({x})": "verschiedene Geschlechter sind angegeben ({x})",
    "different menopausal statuses are told": "verschiedene Menopausenstatus sind angegeben",
    "birth date: {x}": "Geburtsdatum: {x}",
    "its menopausal status is not understood": "der Menopausenstatus wurde nicht verstanden",
    # codes, values and dates
    "it has no code": "er hat keinen Code",
    "it has no date of its own, and none is given": "er hat kein eigenes Datum, und keines ist angegeben",
    "it has no result": "er hat kein Ergebnis",
    "it has no value": "er hat keinen Wert",
    "no result yet": "noch kein Ergebnis",
    "no result yet: what it will say is not known": "noch kein Ergebnis: was es sagen wird, ist nicht bekannt",
    "its code is in no value set": "sein Code steht in keinem Value Set",
    "its name is in no value set": "sein Name steht in keinem Value Set",
    "its code is not mapped": "sein Code ist nicht zugeordnet",
    "it names a test, under a code that is not known": "er nennt einen Test unter einem unbekannten Code",
    "its parts stand under codes that are not known": "seine Teile stehen unter unbekannten Codes",
    "its code and its ingredients name different drugs": "Code und Wirkstoffe nennen verschiedene Mittel",
    "its texts name different drugs": "die Texte nennen verschiedene Mittel",
    "its codes stand for different things: {r}": "die Codes stehen für Verschiedenes: {r}",
    "its standard concept ({r}) and its source concept ({r2}) stand for different things": (
        "Standardkonzept ({r}) und Quellkonzept ({r2}) stehen für Verschiedenes"
    ),
    "its code stands for {x}, and the words beside it say '{r}'": "der Code steht für {x}, die Worte daneben sagen {r}",
    "its code stands for stage {x}, and the words beside it say '{r}'": (
        "der Code steht für Stadium {x}, die Worte daneben sagen {r}"
    ),
    "the code '{r}' stands for {x}, and the words beside it say '{r2}'": (
        "der Code {r} steht für {x}, die Worte daneben sagen {r2}"
    ),
    "the code '{r}' stands for another drug than the words beside it, '{r2}'": (
        "der Code {r} steht für ein anderes Mittel als die Worte daneben, {r2}"
    ),
    "its result is not understood": "das Ergebnis wurde nicht verstanden",
    "its value is not understood": "der Wert wurde nicht verstanden",
    "its stage is not understood": "das Stadium wurde nicht verstanden",
    "its site is not understood": "der Ort wurde nicht verstanden",
    "its disease status is not understood": "der Krankheitsstatus wurde nicht verstanden",
    "its line of therapy is not understood": "die Therapielinie wurde nicht verstanden",
    "it does not say how the disease goes": "er sagt nicht, wie die Erkrankung verläuft",
    "its number has no unit": "die Zahl hat keine Einheit",
    "its number is a percentage": "die Zahl ist ein Prozentwert",
    "the unit '{r}' is not one of {x}": "die Einheit {r} passt nicht zu: {x}",
    "the unit '{r}' is no percentage": "die Einheit {r} ist kein Prozentwert",
    "its unit '{r}' is not known": "die Einheit {r} ist nicht bekannt",
    "its unit '{r}' and the code '{r2}' differ": "die Einheit {r} und der Code {r2} unterscheiden sich",
    "its value and its interpretation differ ({r})": "Wert und Bewertung unterscheiden sich ({r})",
    "its value is the result of another test ('{r}')": "der Wert ist das Ergebnis eines anderen Tests ({r})",
    "it ends before it starts": "es endet, bevor es beginnt",
    "it ends ({x}) before it starts ({y})": "es endet ({x}), bevor es beginnt ({y})",
    "its dose is zero: whether it was given is not known": "die Dosis ist null: ob es gegeben wurde, ist nicht bekannt",
    "a diagnosis that is provisional: whether it holds is not known": (
        "eine vorläufige Diagnose: ob sie zutrifft, ist nicht bekannt"
    ),
    "a diagnosis that is {r}: whether it holds is not known": "eine Diagnose mit Status {r}: ob sie zutrifft, ist nicht bekannt",
    "it contradicts another stage of the same time": "es widerspricht einem anderen Stadium derselben Zeit",
    "what kind of episode it is is not understood": "die Art der Episode wurde nicht verstanden",
    "its lines cannot be read": "die Zeilen sind nicht zu lesen",
    "it cannot be read ({r})": "nicht zu lesen ({r})",
    "the line is no row ({r})": "die Zeile ist keine Tabellenzeile ({r})",
    "it is nested too deeply": "zu tief verschachtelt",
    "it is no JSON object": "kein JSON-Objekt",
    "it follows implicit rules that are not known ('{r}')": "es folgt impliziten Regeln, die nicht bekannt sind ({r})",
    "a modifier extension that is not understood ({r}) changes its meaning": (
        "eine Modifier Extension, die nicht verstanden wurde ({r}), ändert die Bedeutung"
    ),
    "a part of it: {x}": "ein Teil davon: {x}",
    "not all of its parts are here, or are known": "nicht alle Teile sind hier oder bekannt",
    # notices of a record
    "Set aside; what it would have said is unknown": "Beiseitegelegt; was es gesagt hätte, ist nicht bekannt",
    "Not understood": "Nicht verstanden",
    "Incomplete: {x}": "Unvollständig: {x}",
    "{x} without a date: whether it still holds is not known ({place})": (
        "{x} ohne Datum: ob es noch gilt, ist nicht bekannt ({place})"
    ),
    "{entry} tells of it without a date": "{entry} nennt sie ohne Datum",
    "column '{r}': '{r2}'": "Spalte {r}: {r2}",
    "the pasted text:{n}: {x}": "der eingefügte Text, Zeile {n}: {x}",
    "the pasted text: {x}": "der eingefügte Text: {x}",
    "not YAML or JSON: {x}": "weder YAML noch JSON: {x}",
    "{n} entries name no patient of this file, and count for nobody.": (
        "{n} Einträge nennen niemanden aus dieser Datei und zählen für niemanden."
    ),
    "{n} entry names no patient of this file, and count for nobody.": (
        "{n} Eintrag nennt niemanden aus dieser Datei und zählt für niemanden."
    ),
    "{n} entries name no patient, and count for the only one of this file.": (
        "{n} Einträge nennen keine Person und zählen für die einzige in dieser Datei."
    ),
    "{n} entry names no patient, and count for the only one of this file.": (
        "{n} Eintrag nennt keine Person und zählt für die einzige in dieser Datei."
    ),
    "A preliminary result counts as it stands ({place}).": "Ein vorläufiges Ergebnis zählt, wie es dasteht ({place}).",
    "{x} is not counted: {y} ({place}).": "{x} zählt nicht: {y} ({place}).",
    "Metastases without a date that places them: {x}.": "Metastasen ohne einordnendes Datum: {x}.",
    "Which cancer this is is not known: no diagnosis names it, and on record is {r}.": (
        "Um welchen Krebs es geht, ist nicht bekannt: keine Diagnose nennt ihn; im Bericht steht: {r}."
    ),
    "The record names another cancer as well ({place}).": "Der Bericht nennt noch einen anderen Krebs ({place}).",
    "The record says that the patient has died ({place}).": (
        "Der Bericht sagt, dass die Patientin oder der Patient verstorben ist ({place})."
    ),
    "The record was cut at {x}: {n} later entries left out.": (
        "Der Bericht wurde am {x} abgeschnitten: {n} spätere Einträge ausgelassen."
    ),
    "The record was cut at {x}: {n} later entry left out.": (
        "Der Bericht wurde am {x} abgeschnitten: {n} späterer Eintrag ausgelassen."
    ),
    "The source has no table {place}.": "Die Quelle hat keine Tabelle {place}.",
    "Commas were read as decimal ones: {r}.": "Kommas wurden als Dezimalkommas gelesen: {r}.",
    "{x}: ordered, and no entry tells that it was given ({place}).": (
        "{x}: angeordnet; kein Eintrag sagt, dass es gegeben wurde ({place})."
    ),
    "A metastasis ({x}) of {y} is taken as staging, no progression: found within {n} days after {z} ({place}).": (
        "Eine Metastase ({x}) vom {y} gilt als Staging, nicht als Progression: innerhalb von {n} Tagen nach dem {z} "
        "gefunden ({place})."
    ),
    "A metastasis ({x}) of {y} is taken to have grown before the first dose of the drugs begun then: found within {n} "
    "days after {z} ({place}).": (
        "Eine Metastase ({x}) vom {y} gilt als vor der ersten Dosis der damals begonnenen Mittel gewachsen: innerhalb "
        "von {n} Tagen nach dem {z} gefunden ({place})."
    ),
    # how courses came to be read as they were
    "{n} entries from {x}": "{n} Einträge ab {x}",
    "{n} entry from {x}": "{n} Eintrag ab {x}",
    "{n} entries": "{n} Einträge",
    "{n} entry": "{n} Eintrag",
    "no entry tells when it began": "kein Eintrag sagt, wann sie begann",
    "why it ended is not recorded": "warum sie endete, ist nicht vermerkt",
    "when and why it ended is not recorded": "wann und warum sie endete, ist nicht vermerkt",
    "the source says that it goes on": "laut Quelle läuft sie weiter",
    "the other drugs of the regimen went on": "die anderen Mittel der Therapie liefen weiter",
    "whether it goes on is not recorded: what was handed out was used up lately": (
        "ob sie weiterläuft, ist nicht vermerkt: das Ausgegebene ist erst kürzlich aufgebraucht"
    ),
    "taken as running: the last administration ({x}) is not more than {n} days ago": (
        "gilt als laufend: die letzte Gabe ({x}) liegt nicht mehr als {n} Tage zurück"
    ),
    "ended with the progression of {x}": "beendet mit der Progression vom {x}",
    "neoadjuvant: surgery on {x} followed": "neoadjuvant: danach die Operation am {x}",
    "adjuvant: begun after surgery on {x}": "adjuvant: nach der Operation am {x} begonnen",
    "advanced: the disease was so since {x}": "fortgeschritten: die Erkrankung ist es seit {x}",
    "the setting is open: the disease became advanced while the course went on": (
        "die Situation ist offen: die Erkrankung wurde während der Behandlung fortgeschritten"
    ),
    "the source tells another setting ({x})": "die Quelle nennt eine andere Situation ({x})",
    "the source tells another line ({n})": "die Quelle nennt eine andere Linie ({n})",
    "the course before was stopped ({x})": "die vorige Behandlung wurde beendet ({x})",
    "the pause may be longer than {n} days, and the disease may have grown in it": (
        "die Pause kann länger als {n} Tage sein, und die Erkrankung kann in ihr gewachsen sein"
    ),
    "whether the pause was longer than {n} days is not certain": "ob die Pause länger als {n} Tage war, ist nicht sicher",
    "surgery of {x} lies between": "die Operation vom {x} liegt dazwischen",
    "whether these undated entries are one regimen or several is not recorded": (
        "ob diese Einträge ohne Datum eine oder mehrere Therapien sind, ist nicht vermerkt"
    ),
    "its entries tell different reasons ({x}): {y} counts": "die Einträge nennen verschiedene Gründe ({x}): {y} zählt",
    "went on after {x} had ended": "lief weiter, nachdem {x} beendet war",
    "went on without {x}": "lief weiter ohne {x}",
    # a note: what is told of a thing, and what is left to confirm
    "given": "gegeben",
    "taken": "wird genommen",
    "told": "genannt",
    "absent": "nicht vorhanden",
    "active": "aktiv",
    "resolved": "abgeklungen",
    "setting adjuvant": "adjuvant",
    "setting neoadjuvant": "neoadjuvant",
    "setting advanced": "fortgeschritten",
    "stopped ongoing": "läuft",
    "stopped progression": "beendet wegen Progression",
    "stopped recurrence": "beendet wegen Rezidiv",
    "stopped toxicity": "beendet wegen Toxizität",
    "stopped completed": "planmäßig beendet",
    "stopped choice": "auf Wunsch beendet",
    "cycles {n}": "{n} Zyklen",
    "line {n}": "Linie {n}",
    "start {day}": "Beginn {day}",
    "end {day}": "Ende {day}",
    "site": "Ort",
    "stage": "Stadium",
    "stage: {key}": "Stadium: {key}",
    "{x} date: {day}": "{x}, Datum: {day}",
    "{x} upper limit: {y}": "{x}, oberer Normwert: {y}",
    "{x} (by convention)": "{x} (nach Gepflogenheit)",
    "{x}? {y}": "{x}? {y}",
    "{x}: not said outright: to be confirmed ({y})": "{x}: nicht ausdrücklich gesagt, zu bestätigen ({y})",
    "{x} ({words}, line {n}: {y})": "{x} ({words}, Zeile {n}: {y})",
    "{x} ({words}, line {n})": "{x} ({words}, Zeile {n})",
    "{x} ({words})": "{x} ({words})",
    "{entry} and {n} more": "{entry} und {n} weitere",
    "{words}, line {n}": "{words}, Zeile {n}",
    "{words} ({x}) set aside: {y}": "{words} ({x}), beiseitegelegt: {y}",
    "{entry} is dated {x}, after the date of the question ({y})": "{entry} hat das Datum {x}, nach dem Tag der Frage ({y})",
    "{entry} is dated {x}, before the patient is born ({y})": "{entry} hat das Datum {x}, vor der Geburt ({y})",
    "it is dated {x}, after the date of the question ({y})": "es hat das Datum {x}, nach dem Tag der Frage ({y})",
    "it is dated {x}, before the patient is born ({y})": "es hat das Datum {x}, vor der Geburt ({y})",
    "date {day}": "Datum {day}",
    "{words}: not understood": "{words}: nicht verstanden",
    "line {n}: {words}": "Zeile {n}: {words}",
    "more: words in {n} more lines": "weitere: Worte in {n} weiteren Zeilen",
    "the disease is metastatic": "die Erkrankung ist metastasiert",
    "whether it was given is not said": "ob es gegeben wurde, ist nicht gesagt",
    "the text says both": "der Text sagt beides",
    "the text doubts it": "der Text bezweifelt es",
    "it is told after the surgery": "es steht nach der Operation",
    "day and month can stand in either order": "Tag und Monat können vertauscht sein",
    "growth is told after it": "danach wird ein Wachstum berichtet",
    "it may be the age of then": "es kann das damalige Alter sein",
    "the next line is asked for": "nach der nächsten Linie wird gefragt",
    "the note tells something else beside it, or a record has no place for it": (
        "die Notiz sagt daneben etwas anderes, oder der Bericht hat keinen Platz dafür"
    ),
    "nothing was read: no language is known here": "nichts gelesen: keine bekannte Sprache",
    "nothing was read: the text is in {x}": "nichts gelesen: der Text ist in einer anderen Sprache ({x})",
    "words in {n} more lines": "Worte in {n} weiteren Zeilen",
    "said": "gesagt",
    "general": "allgemein",
    "denied": "verneint",
    "uncertain": "unsicher",
    "asked": "gefragt",
    "planned": "geplant",
    "conditional": "nur unter einer Bedingung",
    "stale": "nicht mehr so",
    "other person": "andere Person",
    "other cancer": "anderer Krebs",
    "not understood": "nicht verstanden",
}
