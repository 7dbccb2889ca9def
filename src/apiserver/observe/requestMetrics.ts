import type { ApiResponse, RequestInfo } from '../../api/request.ts';

/** Upper bounds in seconds, as upstream's apiserver_request_duration_seconds. */
const BUCKETS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

interface Series {
  readonly labels: string;
  readonly codes: Map<number, number>;
  readonly buckets: number[];
  count: number;
  sum: number;
  /** Requests of this kind that are under way and last as long as the client wants. */
  running: number;
}

/** Counts requests by what they are about. The cost of one is a map look-up and some additions. */
export class RequestMetrics {
  readonly #series = new Map<string, Series>();

  observe(info: RequestInfo, response: ApiResponse, seconds: number): void {
    const series = this.#of(info);
    const code = codeOf(response);
    series.codes.set(code, (series.codes.get(code) ?? 0) + 1);
    series.count += 1;
    series.sum += seconds;
    const at = BUCKETS.findIndex((bound) => seconds <= bound);
    if (at >= 0) series.buckets[at] = (series.buckets[at] ?? 0) + 1;
  }

  /** Counts a long-running request until the given function is called. */
  begin(info: RequestInfo): () => void {
    const series = this.#of(info);
    series.running += 1;
    return () => {
      series.running -= 1;
    };
  }

  /** Prometheus text. */
  render(): string {
    const all = [...this.#series.values()];
    return [
      '# HELP apiserver_request_total Counter of apiserver requests broken out for each verb, group, version, resource, subresource and HTTP response code.',
      '# TYPE apiserver_request_total counter',
      ...all.flatMap(({ labels, codes }) =>
        [...codes].map(([code, count]) => `apiserver_request_total{${labels},code="${code}"} ${count}`),
      ),
      '# HELP apiserver_request_duration_seconds Response latency distribution in seconds for each verb, group, version, resource and subresource.',
      '# TYPE apiserver_request_duration_seconds histogram',
      ...all.flatMap(renderHistogram),
      '# HELP apiserver_longrunning_requests Gauge of all active long-running apiserver requests broken out by verb, group, version, resource and subresource.',
      '# TYPE apiserver_longrunning_requests gauge',
      ...all
        .filter(({ running }) => running > 0)
        .map(({ labels, running }) => `apiserver_longrunning_requests{${labels}} ${running}`),
    ].join('\n');
  }

  #of(info: RequestInfo): Series {
    const key = info.isResourceRequest
      ? `${info.verb}/${info.group}/${info.version}/${info.resource}/${info.subresource}`
      : `${info.verb}//`;
    let series = this.#series.get(key);
    if (series === undefined) {
      const labels =
        `verb="${info.verb.toUpperCase()}",group="${label(info.group)}",version="${label(info.version)}",` +
        `resource="${label(info.resource)}",subresource="${label(info.subresource)}"`;
      series = { labels, codes: new Map(), buckets: [], count: 0, sum: 0, running: 0 };
      // Addresses come from outside: what is too many is counted together.
      if (this.#series.size >= MAX_SERIES) return this.#overflow;
      this.#series.set(key, series);
    }
    return series;
  }

  readonly #overflow: Series = { labels: '', codes: new Map(), buckets: [], count: 0, sum: 0, running: 0 };
}

const MAX_SERIES = 2_000;

function renderHistogram({ labels, buckets, count, sum }: Series): string[] {
  const name = 'apiserver_request_duration_seconds';
  let total = 0;
  return [
    ...BUCKETS.map((bound, at) => {
      total += buckets[at] ?? 0;
      return `${name}_bucket{${labels},le="${bound}"} ${total}`;
    }),
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${count}`,
  ];
}

function codeOf(response: ApiResponse): number {
  if (response.type === 'object' || response.type === 'raw') return response.code;
  return response.type === 'upgrade' ? 101 : 200;
}

const label = (text: string): string => text.replace(/[\\"\n]/g, '_');
