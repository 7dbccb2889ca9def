import type { Filter } from '../exchange.ts';

/** As upstream: what is beyond these is left out, so that the head of the answer stays acceptable to clients. */
const MAX_WARNINGS_LENGTH = 4 * 1024;

/** Puts what was warned of on the way into the answer, each text once. */
export const warnings: Filter = async (exchange, next) => {
  const response = await next(exchange);
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
