import type { ApiResponse } from '../../api/request.ts';
import { StatusError } from '../../api/status.ts';
import type { Filter } from '../exchange.ts';

/** As upstream: what is beyond these is left out, so that the head of the answer stays acceptable to clients. */
const MAX_WARNINGS_LENGTH = 4 * 1024;

/** Puts what was warned of on the way into the answer, each text once; of a refusal too. */
export const warnings: Filter = async (exchange, next) => {
  const response = await next(exchange).catch((error: unknown): ApiResponse => {
    if (exchange.warnings.length === 0 || !(error instanceof StatusError)) throw error;
    return { type: 'object', code: error.code, object: error.status };
  });
  if (exchange.warnings.length === 0 || response.type === 'raw' || response.type === 'upgrade')
    return response;
  const texts: string[] = [];
  let length = 0;
  for (const text of new Set(exchange.warnings)) {
    length += text.length;
    if (length > MAX_WARNINGS_LENGTH) break;
    texts.push(text);
  }
  if (response.type !== 'object') return { ...response, warnings: texts };
  const { code, object, bytes } = response;
  return { type: 'object', code, object, ...(bytes === undefined ? {} : { bytes }), warnings: texts };
};
