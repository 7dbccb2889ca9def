import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
} from '../../fields/fieldErrors.ts';
import { oneOf } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { dns1035LabelErrors } from '../../names/names.ts';
import type { CustomResourceDefinition } from '../../types.ts';
import { caBundleProblem } from '../../webhooks/caBundle.ts';
import { validateClientConfig } from '../../webhooks/clientConfig.ts';

type Conversion = Unchecked<NonNullable<CustomResourceDefinition['spec']['conversion']>>;

const REVIEW_VERSIONS = ['v1', 'v1beta1'];

/** apiextensions `validation.go` validateCustomResourceConversion. */
export function conversionErrors(conversion: Conversion | undefined, path: FieldPath): FieldError[] {
  if (conversion === undefined) return [];
  const { strategy, webhook } = conversion;
  const errors = oneOf(strategy, ['None', 'Webhook'], path.child('strategy'));
  const client = path.child('webhookClientConfig');
  const versions = path.child('conversionReviewVersions');
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {};
  if (strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook';
    if (clientConfig !== undefined) errors.push(forbiddenField(client, detail));
    if (conversionReviewVersions.length > 0) errors.push(forbiddenField(versions, detail));
    return errors;
  }
  return [
    ...errors,
    ...(clientConfig === undefined
      ? [required(client, 'required when strategy is set to Webhook')]
      : validateClientConfig(clientConfig, client)),
    ...reviewVersionErrors(conversionReviewVersions, versions),
  ];
}

/** What is wrong with the CA of a webhook, which may be wrong until the definition is established. */
export function caBundleErrors(conversion: Conversion | undefined, path: FieldPath): FieldError[] {
  if (conversion?.strategy !== 'Webhook') return [];
  const { caBundle } = conversion.webhook?.clientConfig ?? {};
  const problem = caBundleProblem(caBundle);
  return problem === undefined
    ? []
    : [invalid(path.child('webhookClientConfig', 'caBundle'), caBundle, problem)];
}

function reviewVersionErrors(versions: readonly string[], path: FieldPath): FieldError[] {
  if (versions.length === 0) return [required(path)];
  const errors = versions.flatMap((version, at) =>
    versions.indexOf(version) === at
      ? dns1035LabelErrors(version).map((text) => invalid(path.index(at), version, text))
      : [invalid(path.index(at), version, 'duplicate version')],
  );
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return errors;
  return [...errors, invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)];
}
