import type { LogLine } from './logLine.ts';
import { compareTimes } from './logLine.ts';
import type { LogSource } from './podLogs.ts';
import { severityOf, type Severity } from './severity.ts';

/** What stands before each line: nothing, the pod, or the pod with its container. */
export type LogPrefix = 'none' | 'pod' | 'container';

export interface RenderOptions {
  readonly prefix: LogPrefix;
  readonly timestamps: boolean;
}

/** Colours of the terminal's theme, apart from each other for the colour-blind too; the names tell the rest. */
const POD_COLOURS = [36, 33, 35, 34, 32, 96, 93, 95, 94, 92] as const;
const SEVERITY: Readonly<Record<Severity, number | undefined>> = {
  error: 31,
  warning: 33,
  debug: 90,
  normal: undefined,
};

/** Turns lines of several logs into the text of a terminal, with a colour per pod. */
export class LogRenderer {
  readonly #options: RenderOptions;
  readonly #colours = new Map<string, number>();

  constructor(options: RenderOptions) {
    this.#options = options;
  }

  line({ pod, container }: LogSource, { time, text }: LogLine): string {
    const { prefix, timestamps } = this.#options;
    const name = prefix === 'container' ? `${pod}/${container}` : pod;
    const head = prefix === 'none' ? '' : `${coloured(name, this.#colourOf(pod))} `;
    const when = timestamps && time !== '' ? `${coloured(time, 90)} ` : '';
    const colour = SEVERITY[severityOf(text)];
    // Colours of the program itself are kept.
    const body = colour === undefined || text.includes('\x1b') ? text : coloured(text, colour);
    return `${head}${when}${body.replace(/\r$/, '')}\r\n`;
  }

  note(text: string): string {
    return `${coloured(`— ${text} —`, 90)}\r\n`;
  }

  #colourOf(pod: string): number {
    let colour = this.#colours.get(pod);
    if (colour === undefined) {
      colour = POD_COLOURS[this.#colours.size % POD_COLOURS.length] ?? POD_COLOURS[0];
      this.#colours.set(pod, colour);
    }
    return colour;
  }
}

function coloured(text: string, colour: number): string {
  return `\x1b[${colour}m${text}\x1b[0m`;
}

export interface PendingLine {
  readonly source: LogSource;
  readonly line: LogLine;
}

/** In the order of their times; lines of one log stay in theirs. */
export function inTimeOrder(lines: readonly PendingLine[]): readonly PendingLine[] {
  return lines.toSorted((a, b) =>
    a.line.time === '' || b.line.time === '' ? 0 : compareTimes(a.line.time, b.line.time),
  );
}
