import { parentPort } from 'node:worker_threads';
import { decodeYaml } from './api/schema/decode.ts';
import { StatusError } from './api/status.ts';
import type { YamlAnswer } from './apiserver/http/yamlBodies.ts';

/** The thread on which the API server reads YAML that takes long: a body comes, what it says as JSON goes. */
parentPort?.on('message', (bytes: Uint8Array) => parentPort?.postMessage(answerTo(bytes)));

function answerTo(bytes: Uint8Array): YamlAnswer {
  try {
    const { object, ...findings } = decodeYaml(bytes);
    // A text is handed over many times faster than an object.
    return { json: JSON.stringify(object ?? null), ...findings };
  } catch (error) {
    if (error instanceof StatusError) return { refusal: error.message };
    throw error;
  }
}
