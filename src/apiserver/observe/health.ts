import type { ApiResponse } from '../../api/request.ts';
import { StatusError } from '../../api/status.ts';

/** One thing that must be well. Rejects or throws with what is wrong. */
export interface HealthCheck {
  readonly name: string;
  check(): void | Promise<void>;
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

/**
 * `/healthz`, `/livez`, `/readyz` with `?verbose` and `?exclude=NAME`, and one check by its path below them
 * (apiserver `pkg/server/healthz`).
 * @param name what the answer calls itself: `healthz`, `livez` or `readyz`
 * @param path what follows that in the request's path, '' for all checks
 */
export async function healthResponse(
  name: string,
  path: string,
  checks: readonly HealthCheck[],
  query: URLSearchParams,
): Promise<ApiResponse> {
  if (path !== '') {
    const one = checks.find((check) => `/${check.name}` === path);
    if (one === undefined) throw new StatusError(404, 'NotFound', '404 page not found');
    const failure = await failureOf(one);
    return failure === undefined ? text(200, 'ok') : text(500, `internal server error: ${failure}\n`);
  }
  const excluded = new Set(query.getAll('exclude'));
  const lines: string[] = [];
  let failed = false;
  for (const check of checks) {
    if (excluded.delete(check.name)) {
      lines.push(`[+]${check.name} excluded: ok`);
      continue;
    }
    const failure = await failureOf(check);
    failed ||= failure !== undefined;
    // The reason stays inside: these paths are open to everybody.
    lines.push(failure === undefined ? `[+]${check.name} ok` : `[-]${check.name} failed: reason withheld`);
  }
  if (excluded.size > 0) {
    const names = [...excluded].map((each) => JSON.stringify(each)).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  if (failed) return text(500, `${lines.join('\n')}\n${name} check failed\n`);
  return query.has('verbose') ? text(200, `${lines.join('\n')}\n${name} check passed\n`) : text(200, 'ok');
}

function text(code: number, body: string): ApiResponse {
  return { type: 'raw', code, headers: TEXT, body };
}

/** What is wrong, undefined where nothing is. */
export async function failureOf(check: HealthCheck): Promise<string | undefined> {
  try {
    await check.check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
