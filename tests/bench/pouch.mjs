// Replicates the records of a file (base64, one a line) from a local PouchDB to a pouchdb-server; prints records a second.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [, , home, file, server] = process.argv;
const PouchDB = createRequire(home + "/")("pouchdb");
const records = readFileSync(file, "ascii").trim().split("\n");
const local = new PouchDB(home + "/local-" + Date.now());
await local.bulkDocs(records.map((record, n) => ({ _id: String(n).padStart(8, "0"), record })));
const begun = performance.now();
const told = await local.replicate.to(new PouchDB(server + "/bench-" + Date.now()), { batch_size: 200 });
console.log(told.docs_written / ((performance.now() - begun) / 1000));
process.exit(told.docs_written === records.length ? 0 : 1);
