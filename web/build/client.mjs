// Writes src/api/schema.d.ts from the published contract; says so when there is none yet.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";

const contract = new URL("../../api/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);

if (!existsSync(contract)) {
  console.log("client: api/openapi.json is not there; keeping the types written by hand");
} else {
  const types = astToString(await openapi(JSON.parse(readFileSync(contract, "utf8"))));
  writeFileSync(target, `// The contract's shapes, made by npm run client.\n${types}`);
  console.log("client: wrote src/api/schema.d.ts");
}
