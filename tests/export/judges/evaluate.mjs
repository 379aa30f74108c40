// CQL run by the reference engine, which FHIR servers run too: evaluate.mjs PACKAGES FILE.cql PARAMETERS.ndjson > RESULTS.ndjson
// It translates the text itself; what is not told of a patient is the default of its parameter.
import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, from, rows] = process.argv.slice(2);
const require = createRequire(`${packages}/judge.js`);
const load = (name) => import(pathToFileURL(require.resolve(`@cqframework/cql/${name}`)));
const { LibraryManager, ModelManager, createLibrarySourceProvider, createModelInfoProvider, stringAsSource } = await load("cql-to-elm");
const engine = await load("engine");
const { KtMap, KtMutableSet } = await load("kotlin-kotlin-stdlib");
const { BigDecimal } = await load("shared");

const system = fs.readFileSync(new URL("system-modelinfo.xml", import.meta.url), "utf8");
const text = fs.readFileSync(from, "utf8");
const name = /^library "(.+)" version/m.exec(text)[1];
const models = new ModelManager();
models.modelInfoLoader.registerModelInfoProvider(createModelInfoProvider((id) => (id === "System" ? stringAsSource(system) : null)));
const libraries = new LibraryManager(models);
libraries.librarySourceLoader.registerProvider(createLibrarySourceProvider((id) => (id === name ? stringAsSource(text) : null)));
const kept = KtMutableSet.fromJsSet(new Set([engine.CqlEngine.Options.EnableExpressionCaching])); // as servers do: else it takes minutes


const read = (value) => {
  if (value == null) return null;
  if (value instanceof engine.List) return Array.from(engine.iterableToList(value.value).asJsReadonlyArrayView(), read);
  return value.value;
};

for (const line of fs.readFileSync(rows, "utf8").split("\n").filter(Boolean)) {
  const told = new Map();
  for (const { name: key, valueString, valueDecimal } of JSON.parse(line).parameter) {
    told.set(key, valueString === undefined ? new engine.Decimal(BigDecimal.fromString(String(valueDecimal))) : new engine.String(valueString));
  }
  const params = new engine.EvaluationParams.Builder();
  params.libraryByName(name, new engine.EvaluationParams.LibraryParams.Builder().build());
  params.parameters = KtMap.fromJsMap(told);
  const fresh = new engine.CqlEngine(new engine.Environment(libraries), kept); // one that ran keeps the parameters it had
  const results = fresh.evaluate(params.build()).onlyResultOrThrow.expressionResults.asJsReadonlyMapView();
  process.stdout.write(`${JSON.stringify(Object.fromEntries(Array.from(results, ([key, result]) => [key, read(result.value)])))}\n`);
}
