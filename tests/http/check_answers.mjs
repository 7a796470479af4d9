// node check_answers.mjs FOLDER: openapi.json in it is an OpenAPI 3.1 document, every answer in
// answers.ndjson is what that says, and every event is a CloudEvent to the CNCF's own SDK. Prints
// what is wrong; status 1 if anything is.
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { HTTP } from "cloudevents";

const folder = process.argv[2];
const api = JSON.parse(readFileSync(`${folder}/openapi.json`, "utf8"));
const problems = [];

const validator = new Validator();
const verdict = await validator.validate(structuredClone(api));
if (!verdict.valid) problems.push(`openapi.json: ${JSON.stringify(verdict.errors).slice(0, 2000)}`);
if (validator.version !== "3.1") problems.push(`openapi.json is of ${validator.version}`);

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: false });
addFormats(ajv);
ajv.addVocabulary(["components"]);
ajv.addSchema({ $id: "api", components: api.components });

// References are within the document, wherever a schema stands in it.
function compiled(schema) {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/');
  return ajv.compile(JSON.parse(text));
}

const routes = Object.entries(api.paths).map(([path, operations]) => ({
  path,
  operations,
  // A path's last parameter may hold slashes.
  pattern: new RegExp("^" + path.replace(/\{index\}/, "(.+)").replace(/\{[^}]+\}/g, "([^/]+)") + "$"),
}));
const schemas = new Map();

function schemaOf(answer) {
  const path = answer.path.split("?")[0];
  // As the server does: what is spelt out comes before what is a parameter.
  const found = routes
    .filter((route) => route.pattern.test(path))
    .sort((a, b) => a.path.split("{").length - b.path.split("{").length)[0];
  const operation = found?.operations[answer.method.toLowerCase()];
  if (answer.type === "application/problem+json") {
    const known = operation?.responses[answer.status];
    if (operation && !known && ![405, 406, 408, 414, 417, 431, 501, 505].includes(answer.status))
      problems.push(`${answer.method} ${answer.path}: ${answer.status} is not described`);
    return ["problem", { $ref: "#/components/schemas/Problem" }];
  }
  if (!operation) return [null, null];
  const content = operation.responses[answer.status]?.content?.[answer.type];
  if (!content) {
    problems.push(`${answer.method} ${answer.path}: ${answer.status} ${answer.type} is not described`);
    return [null, null];
  }
  return [`${answer.method} ${found.path} ${answer.status} ${answer.type}`, content.schema];
}

let checked = 0;
let events = 0;
for (const line of readFileSync(`${folder}/answers.ndjson`, "utf8").split("\n")) {
  if (!line) continue;
  const answer = JSON.parse(line);
  const [name, schema] = schemaOf(answer);
  const is_json = answer.type.endsWith("json");
  if (!name || !is_json) continue;
  if (!schemas.has(name)) schemas.set(name, compiled(schema));
  const validate = schemas.get(name);
  const lines = answer.type === "application/x-ndjson" ? answer.body.split("\n").filter(Boolean)
                                                       : [answer.body];
  for (const text of lines) {
    checked += 1;
    if (!validate(JSON.parse(text)))
      problems.push(`${answer.method} ${answer.path} ${answer.status}: ` +
        `${JSON.stringify(validate.errors).slice(0, 600)}\n  ${text.slice(0, 600)}`);
  }
  if (answer.path.startsWith("/v1/events") && answer.status === 200)
    for (const text of lines) {
      events += 1;
      const event = HTTP.toEvent({
        headers: { "content-type": "application/cloudevents+json" },
        body: text,
      });
      if (!event.validate() || event.id === undefined || !/^[0-9a-f]{64}$/.test(event.leafhash))
        problems.push(`no CloudEvent: ${text.slice(0, 300)}`);
    }
}
for (const problem of problems.slice(0, 20)) console.log(problem);
console.log(`${checked} answers and ${events} events checked, ${problems.length} problems`);
process.exit(problems.length === 0 && checked > 0 ? 0 : 1);
