// ELM run by cql-execution: execute.mjs PACKAGES FILE.json PARAMETERS.ndjson > RESULTS.ndjson, one patient a line.
// Definitions are run in the context of a patient, for only there it keeps what came to null or false.
import fs from "node:fs";
import { createRequire } from "node:module";

const [packages, elm, rows] = process.argv.slice(2);
const cql = createRequire(`${packages}/judge.js`)("cql-execution");
const told = JSON.parse(fs.readFileSync(elm, "utf8"));
for (const definition of told.library.statements.def) definition.context = "Patient";
const library = new cql.Library(told);

for (const line of fs.readFileSync(rows, "utf8").split("\n").filter(Boolean)) {
  const parameters = {};
  for (const one of JSON.parse(line).parameter) parameters[one.name] = one.valueString ?? one.valueDecimal;
  const patients = [{ getId: () => "one" }];
  const source = { currentPatient: async () => patients[0], nextPatient: async () => (patients.shift(), patients[0]) };
  const results = await new cql.Executor(library, null, parameters).exec(source);
  process.stdout.write(`${JSON.stringify(results.patientResults.one)}\n`);
}
