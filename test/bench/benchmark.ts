/** One measured number and what it is held against. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The same work at the machine's limit, measured in the same run: the figure is told as a ratio to it. */
  readonly limit?: { readonly what: string; readonly value: number };
  /** With a limit the ratio to reach (or not to exceed), else the value. */
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
}

export interface Benchmark {
  readonly name: string;
  run(report: (figure: Figure) => void): Promise<void>;
}

/** `post pod            5,120 /s   limit 13,400 (echo)   ratio 0.38   target >= 0.35   ok` */
export function formatFigure({ what, value, unit, limit, target }: Figure): string {
  const measured = limit === undefined ? value : value / limit.value;
  const parts = [`${what.padEnd(34)}${`${number(value)} ${unit}`.padStart(16)}`];
  parts.push(
    (limit === undefined
      ? ''
      : `limit ${number(limit.value)} (${limit.what})  ratio ${measured.toFixed(2)}`
    ).padEnd(52),
  );
  if (target !== undefined) {
    const [sign, bound] = 'atLeast' in target ? ['>=', target.atLeast] : ['<=', target.atMost];
    const reached = sign === '>=' ? measured >= bound : measured <= bound;
    parts.push(`target ${sign} ${bound}  ${reached ? 'ok' : 'MISSED'}`);
  }
  return parts.join('  ').trimEnd();
}

function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 3;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** The middle of several runs. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
