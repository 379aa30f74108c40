// CQL to ELM by the reference translator: translate.mjs PACKAGES FILE.cql FILE.json
// It ships no model of CQL's own types (system-modelinfo.xml is ours), and what is wrong stands only among the annotations.
import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, from, to] = process.argv.slice(2);
const found = createRequire(`${packages}/judge.js`).resolve("@cqframework/cql/cql-to-elm");
const { CqlTranslator, LibraryManager, ModelManager, createModelInfoProvider, stringAsSource } = await import(pathToFileURL(found));

const system = fs.readFileSync(new URL("system-modelinfo.xml", import.meta.url), "utf8");
const models = new ModelManager();
models.modelInfoLoader.registerModelInfoProvider(createModelInfoProvider((id) => (id === "System" ? stringAsSource(system) : null)));
const translated = CqlTranslator.fromText(fs.readFileSync(from, "utf8"), new LibraryManager(models));
const told = translated.errors.asJsReadonlyArrayView().map((one) => one.message);
if (told.length) {
  console.error(told.join("\n"));
  process.exit(1);
}
fs.writeFileSync(to, translated.toJson());
