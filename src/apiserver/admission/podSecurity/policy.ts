import { type FieldError, field, invalid } from '../../../api/fields/fieldErrors.ts';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof LEVELS)[number];

export interface LevelVersion {
  readonly level: Level;
  /** The minor version of Kubernetes whose rules are used. */
  readonly version: number | 'latest';
}

/** The levels that a namespace requires of its pods. */
export interface PodSecurityPolicy {
  /** Pods that violate this level are refused. */
  readonly enforce: LevelVersion;
  /** Violations of this level are written to the audit log. */
  readonly audit: LevelVersion;
  /** Clients that create pods or workloads that violate this level get a warning. */
  readonly warn: LevelVersion;
  /** The errors of labels that are not valid. An invalid `enforce` label means the strictest level. */
  readonly errors: readonly FieldError[];
}

const PREFIX = 'pod-security.kubernetes.io/';
const DEFAULT: LevelVersion = { level: 'privileged', version: 'latest' };
const NO_POLICY: PodSecurityPolicy = { enforce: DEFAULT, audit: DEFAULT, warn: DEFAULT, errors: [] };

/**
 * The policy that a namespace's labels give (pod-security-admission `api/helpers.go`).
 */
export function policyOf(labels: Readonly<Record<string, string>> | undefined): PodSecurityPolicy {
  if (labels === undefined || !Object.keys(labels).some((key) => key.startsWith(PREFIX))) return NO_POLICY;
  const errors: FieldError[] = [];
  const valueOf = <T>(name: string, parse: (text: string) => T | undefined, detail: string) => {
    const text = labels[`${PREFIX}${name}`];
    if (text === undefined) return { isSet: false, isGood: false, value: undefined };
    const value = parse(text);
    if (value === undefined)
      errors.push(invalid(field('metadata', 'labels').key(`${PREFIX}${name}`), text, detail));
    return { isSet: true, isGood: value !== undefined, value };
  };
  const level = (mode: string) => valueOf(mode, parseLevel, `must be one of ${LEVELS.join(', ')}`);
  const version = (mode: string) => valueOf(`${mode}-version`, parseVersion, 'must be "latest" or "v1.x"');

  const enforceLevel = level('enforce');
  const enforce: LevelVersion = {
    level: enforceLevel.value ?? (enforceLevel.isSet ? 'restricted' : DEFAULT.level),
    version: version('enforce').value ?? DEFAULT.version,
  };
  const audit: LevelVersion = {
    level: level('audit').value ?? DEFAULT.level,
    version: version('audit').value ?? DEFAULT.version,
  };
  const warnLevel = level('warn');
  const warnVersion = version('warn');
  let warn: LevelVersion = {
    level: warnLevel.value ?? DEFAULT.level,
    version: warnVersion.value ?? DEFAULT.version,
  };
  // A client is also warned about the enforced level, unless a label sets another level for warnings.
  if (!warnLevel.isSet && enforceLevel.isGood && compareLevels(enforce.level, warn.level) > 0)
    warn = { level: enforce.level, version: warnVersion.isSet ? warn.version : enforce.version };
  return { enforce, audit, warn, errors };
}

const parseLevel = (text: string): Level | undefined => LEVELS.find((level) => level === text);

function parseVersion(text: string): number | 'latest' | undefined {
  if (text === 'latest') return text;
  const minor = /^v1\.(0|[1-9]\d*)$/.exec(text)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

/** Above zero if `a` is stricter. */
export const compareLevels = (a: Level, b: Level): number => LEVELS.indexOf(a) - LEVELS.indexOf(b);

export const sameLevelVersion = (a: LevelVersion, b: LevelVersion): boolean =>
  a.level === b.level && a.version === b.version;

/** `restricted:v1.25`, `baseline:latest` */
export const nameOf = ({ level, version }: LevelVersion): string =>
  `${level}:${version === 'latest' ? version : `v1.${version}`}`;
