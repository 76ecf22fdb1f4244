// Writes src/api/schema.d.ts from the published contract, api/openapi.json.
import { readFileSync, writeFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";

const contract = new URL("../../api/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);

// What has a default may be left out of a request.
const options = { defaultNonNullable: false };
const types = astToString(await openapi(JSON.parse(readFileSync(contract, "utf8")), options));
writeFileSync(target, `// The contract's shapes, made by npm run client.\n${types}`);
