import type { ApiResponse } from '../../api/request.ts';
import type { Exchange } from '../exchange.ts';
import { noSuchMethod, noSuchResource } from './notServed.ts';

/** What answers GET of one path, or of everything below one. */
export interface Route {
  /** `/version`, or with a slash at the end all that begins with it. */
  readonly path: string;
  handle(exchange: Exchange): ApiResponse | Promise<ApiResponse>;
}

/** Finds the route of a request that is about no resource: the exact path, else the longest prefix. */
export function nonResourceHandler(routes: readonly Route[]): (exchange: Exchange) => Promise<ApiResponse> {
  const exact = new Map(routes.filter((r) => !r.path.endsWith('/')).map((route) => [route.path, route]));
  const prefixes = routes
    .filter((route) => route.path.endsWith('/'))
    .sort((a, b) => b.path.length - a.path.length);
  const paths = { paths: [...exact.keys()].sort() };
  return async (exchange) => {
    const { path, verb } = exchange.request.info;
    const plain = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    if (path === '/') return { type: 'object', code: 200, object: paths };
    const route = exact.get(plain) ?? prefixes.find((each) => path.startsWith(each.path));
    if (route === undefined) throw noSuchResource();
    if (verb !== 'get' && verb !== 'head') throw noSuchMethod();
    return route.handle(exchange);
  };
}
