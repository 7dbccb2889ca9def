import type { ApiResponse } from '../../api/request.ts';
import { StatusError } from '../../api/status.ts';
import type { Filter } from '../exchange.ts';

/** Characters of all warnings: the head of an answer has to stay acceptable to clients (upstream's `warning.go`). */
const MAX_LENGTH = 4 * 1024;
/** Characters that are left of each where all of them are too long. */
const MAX_LENGTH_OF_ONE = 256;

/** Puts what was warned of on the way into the answer, each text once; of a refusal too. */
export const warnings: Filter = async (exchange, next) => {
  const response = await next(exchange).catch((error: unknown): ApiResponse => {
    if (exchange.warnings.length === 0 || !(error instanceof StatusError)) throw error;
    return { type: 'object', code: error.code, object: error.status };
  });
  if (exchange.warnings.length === 0 || response.type === 'raw' || response.type === 'upgrade')
    return response;
  const texts = shortened([...new Set(exchange.warnings)]);
  if (response.type !== 'object') return { ...response, warnings: texts };
  const { code, object, bytes } = response;
  return { type: 'object', code, object, ...(bytes === undefined ? {} : { bytes }), warnings: texts };
};

function shortened(texts: readonly string[]): readonly string[] {
  const inAll = texts.reduce((sum, text) => sum + text.length, 0);
  if (inAll <= MAX_LENGTH) return texts;
  const kept: string[] = [];
  let length = 0;
  for (const text of texts) {
    const short =
      text.length <= MAX_LENGTH_OF_ONE ? text : Array.from(text).slice(0, MAX_LENGTH_OF_ONE).join('');
    length += short.length;
    if (length > MAX_LENGTH) break;
    kept.push(short);
  }
  return kept;
}
