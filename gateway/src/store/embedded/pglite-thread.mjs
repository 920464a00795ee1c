/**
 * The thread in which PGlite runs. It executes one statement after another and answers each by its number. It is JavaScript, since Node 20
 * starts no thread from TypeScript.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

if (!parentPort) throw new Error('this file is the entry of a thread');
const port = parentPort;
/** @type {import('./pglite-pool.js').ThreadData} */
const { directory, wasm } = workerData;
const database = await PGlite.create({
  ...(directory !== undefined && { dataDir: directory }),
  ...(wasm && { pgliteWasmModule: wasm }),
});

// Tables have no statistics here, since PGlite has no autovacuum. Without them PostgreSQL takes a long range of an index for a short one. So it
// would read and sort the whole range through a bitmap where only the first rows are wanted.
await database.exec('set enable_bitmapscan = off');

/** A structured clone of an error loses its own fields, such as PostgreSQL's code. @param {unknown} error */
const fieldsOf = (error) =>
  error instanceof Error
    ? { ...error, name: error.name, message: error.message, stack: error.stack }
    : { message: String(error) };

port.on('message', async (/** @type {import('./pglite-pool.js').ThreadQuery | 'close'} */ request) => {
  if (request === 'close') {
    await database.close();
    process.exit(0);
  }
  const { id, statement, parameters } = request;
  /** @type {import('./pglite-pool.js').ThreadAnswer} */
  let answer;
  try {
    const { rows, affectedRows = 0 } = await database.query(statement, [...parameters]);
    answer = { id, rows, changed: affectedRows };
  } catch (error) {
    answer = { id, error: fieldsOf(error) };
  }
  port.postMessage(answer);
});
port.postMessage('ready');
