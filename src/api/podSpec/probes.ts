import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../fields/fieldErrors.ts';
import type { Container, LifecycleHandler, PodSpec, Probe } from '../types.ts';
import { nonNegative } from '../metadata/metadata.ts';
import { httpHeaderNameErrors } from '../names/names.ts';
import { conforms, portNumber, portOrName, present } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

type Handler = Partial<Unchecked<LifecycleHandler>> & Pick<Unchecked<Probe>, 'grpc'>;

const SECONDS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;
const WINDOWS_SIGNALS = ['SIGKILL', 'SIGTERM'];
const LINUX_SIGNALS = [
  ...['ABRT', 'ALRM', 'BUS', 'CHLD', 'CLD', 'CONT', 'FPE', 'HUP', 'ILL', 'INT', 'IO', 'IOT', 'KILL', 'PIPE'],
  ...['POLL', 'PROF', 'PWR', 'QUIT', 'SEGV', 'STKFLT', 'STOP', 'SYS', 'TERM', 'TRAP', 'TSTP', 'TTIN', 'TTOU'],
  ...['URG', 'USR1', 'USR2', 'VTALRM', 'WINCH', 'XCPU', 'XFSZ', 'RTMIN', 'RTMAX'],
  ...Array.from({ length: 15 }, (_, i) => `RTMIN+${i + 1}`),
  ...Array.from({ length: 14 }, (_, i) => `RTMAX-${i + 1}`),
]
  .map((name) => `SIG${name}`)
  .sort();
const SCHEMES = ['HTTP', 'HTTPS'];

/** core validation `validateLivenessProbe` and its siblings. */
export function validateProbes(
  container: Unchecked<Container>,
  grace: number | undefined,
  path: FieldPath,
): FieldError[] {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  const errors: FieldError[] = [];
  for (const [name, probe] of [
    ['livenessProbe', livenessProbe],
    ['readinessProbe', readinessProbe],
    ['startupProbe', startupProbe],
  ] as const) {
    if (probe === undefined) continue;
    const at = path.child(name);
    errors.push(...validateProbe(probe, grace, at));
    if (name === 'readinessProbe') {
      if (probe.terminationGracePeriodSeconds !== undefined) {
        const why = 'must not be set for readinessProbes';
        errors.push(
          invalid(at.child('terminationGracePeriodSeconds'), probe.terminationGracePeriodSeconds, why),
        );
      }
    } else if (probe.successThreshold !== 1) {
      errors.push(invalid(at.child('successThreshold'), probe.successThreshold ?? 0, 'must be 1'));
    }
  }
  return errors;
}

function validateProbe(probe: Unchecked<Probe>, grace: number | undefined, path: FieldPath): FieldError[] {
  const errors = validateHandler(probe, grace, path);
  for (const name of SECONDS) errors.push(...nonNegative(probe[name], path.child(name)));
  const own = probe.terminationGracePeriodSeconds;
  if (own !== undefined && own <= 0) {
    errors.push(invalid(path.child('terminationGracePeriodSeconds'), own, 'must be greater than 0'));
  }
  return errors;
}

/** core validation `validateLifecycle`. */
export function validateLifecycle(
  lifecycle: Unchecked<Container>['lifecycle'],
  { terminationGracePeriodSeconds: grace, os }: Unchecked<PodSpec>,
  path: FieldPath,
): FieldError[] {
  const { postStart, preStop, stopSignal } = lifecycle ?? {};
  return [
    ...(postStart === undefined ? [] : validateHandler(postStart, grace, path.child('postStart'))),
    ...(preStop === undefined ? [] : validateHandler(preStop, grace, path.child('preStop'))),
    ...(stopSignal === undefined ? [] : validateStopSignal(stopSignal, os?.name, path.child('stopSignal'))),
  ];
}

/** Signals are the operating system's (KEP-4960). */
function validateStopSignal(signal: string, os: string | undefined, path: FieldPath): FieldError[] {
  if (os === undefined) {
    return [forbiddenField(path, 'may not be set for containers with empty `spec.os.name`')];
  }
  const known = os === 'windows' ? WINDOWS_SIGNALS : LINUX_SIGNALS;
  return known.includes(signal) ? [] : [notSupported(path, signal, known)];
}

/** Exactly one way of asking; the first one given is the one that is looked at. */
function validateHandler(handler: Handler, grace: number | undefined, path: FieldPath): FieldError[] {
  const checks: readonly (readonly [string, (() => FieldError[]) | undefined])[] = [
    ['exec', handler.exec && (() => validateExec(handler.exec, path.child('exec')))],
    ['httpGet', handler.httpGet && (() => validateHTTPGet(handler.httpGet ?? {}, path.child('httpGet')))],
    [
      'tcpSocket',
      handler.tcpSocket && (() => portOrName(handler.tcpSocket?.port, path.child('tcpSocket', 'port'))),
    ],
    ['grpc', handler.grpc && (() => portNumber(handler.grpc?.port, path.child('grpc', 'port')))],
    [
      'sleep',
      handler.sleep && (() => validateSleep(handler.sleep?.seconds ?? 0, grace, path.child('sleep'))),
    ],
  ];
  const [first, ...others] = checks.filter(([, check]) => check !== undefined);
  if (first === undefined) return [required(path, 'must specify a handler type')];
  return [
    ...(first[1]?.() ?? []),
    ...others.map(([name]) => forbiddenField(path.child(name), 'may not specify more than 1 handler type')),
  ];
}

function validateExec(exec: Handler['exec'], path: FieldPath): FieldError[] {
  return (exec?.command ?? []).length === 0 ? [required(path.child('command'))] : [];
}

function validateHTTPGet(http: NonNullable<Handler['httpGet']>, path: FieldPath): FieldError[] {
  const scheme = http.scheme ?? '';
  return [
    ...present(http.path, path.child('path')),
    ...portOrName(http.port, path.child('port')),
    ...(SCHEMES.includes(scheme) ? [] : [notSupported(path.child('scheme'), scheme, SCHEMES)]),
    ...(http.httpHeaders ?? []).flatMap((header) =>
      conforms(httpHeaderNameErrors, header.name ?? '', path.child('httpHeaders')),
    ),
  ];
}

function validateSleep(seconds: number, grace: number | undefined, path: FieldPath): FieldError[] {
  if (grace === undefined || (seconds >= 0 && seconds <= grace)) return [];
  const why = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
  return [invalid(path, seconds, why)];
}
