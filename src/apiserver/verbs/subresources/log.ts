import {
  type FieldError,
  field,
  invalid,
  invalidObject,
  notSupported,
} from '../../../api/fields/fieldErrors.ts';
import { booleanOption, integerOption, textOption, timeOption } from '../../../api/queryOptions.ts';
import type { ApiResponse } from '../../../api/request.ts';
import { badRequest, internalError, StatusError } from '../../../api/status.ts';
import { agentPaths } from '../../../protocol/agentLink.ts';
import type { Handler } from '../handler.ts';
import { containerOf, podOf } from './podTarget.ts';

const TEXT = { 'content-type': 'text/plain' };
const MAX_ERROR_LENGTH = 50_000;

/** GET pods/log: what the pod's node has of it (core/pod `rest/log.go`). */
export const log: Handler = async (options, exchange, target) => {
  const { query } = exchange.request;
  checkOptions(query);
  const pod = await podOf(options, target, exchange.signal);
  const container = containerOf(pod, query.get('container'));
  const { nodeName = '' } = pod.spec;
  // A pod that is nowhere yet has said nothing.
  if (nodeName === '') return { type: 'raw', code: 200, headers: TEXT, body: '' };
  const path = agentPaths.containerLogs(target.namespace, target.name, container);
  const answer = await options.nodes.request(nodeName, {
    method: 'GET',
    path: `${path}?${logQuery(query).toString()}`,
    signal: exchange.signal,
  });
  if (answer.code >= 400) throw agentError(answer.code, await textOf(answer.body));
  return { type: 'raw', code: 200, headers: TEXT, body: answer.body } satisfies ApiResponse;
};

/** PodLogOptions as a kubelet takes them. */
function logQuery(query: URLSearchParams): URLSearchParams {
  const sent = new URLSearchParams();
  for (const name of ['follow', 'previous', 'timestamps']) {
    if (booleanOption(query, name)) sent.set(name, 'true');
  }
  for (const name of ['sinceSeconds', 'sinceTime', 'tailLines', 'limitBytes', 'stream']) {
    const value = query.get(name);
    if (value !== null && value !== '') sent.set(name, value);
  }
  return sent;
}

function checkOptions(query: URLSearchParams): void {
  const errors: FieldError[] = [];
  const number = (name: string, least: number, text: string): void => {
    const value = integerOption(query, name);
    if (value !== undefined && value < least) errors.push(invalid(field(name), value, text));
  };
  number('tailLines', 0, 'must be greater than or equal to 0');
  number('limitBytes', 1, 'must be greater than 0');
  number('sinceSeconds', 1, 'must be greater than 0');
  if (timeOption(query, 'sinceTime') !== undefined && query.has('sinceSeconds')) {
    errors.push({
      type: 'FieldValueForbidden',
      field: '',
      message: 'at most one of `sinceTime` or `sinceSeconds` may be specified',
    });
  }
  const stream = textOption(query, 'stream');
  if (!['', 'All', 'Stdout', 'Stderr'].includes(stream)) {
    errors.push(notSupported(field('stream'), stream, ['All', 'Stderr', 'Stdout']));
  }
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'PodLogOptions' }, '', errors);
}

/** What the agent refused, as a Status (apiserver `registry/generic/rest/response_checker.go`). */
function agentError(code: number, text: string): StatusError {
  if (code === 500) return internalError(new Error(text));
  if (code === 400) return badRequest(text);
  return new StatusError(code, code === 404 ? 'NotFound' : '', text);
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ERROR_LENGTH) break;
  }
  return Buffer.concat(chunks).toString().trimEnd();
}
