import { defineKind, type Kind, type StrategyContext } from '../../kind.ts';
import { cloneJson } from '../../clone.ts';
import type { Draft } from '../../meta.ts';
import { certificateSigningRequests } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { CertificateSigningRequest } from '../../types.ts';
import { requestColumns } from './columns.ts';
import { APPROVAL_TYPES, type Condition, stampConditions } from './conditions.ts';
import { validateRequest } from './validation.ts';
import { validateApproval, validateRequestUpdate, validateSigning } from './updateValidation.ts';

type Spec = Draft<CertificateSigningRequest>['spec'];
type Status = NonNullable<Draft<CertificateSigningRequest>['status']>;

/** `pkg/registry/certificates/certificates/strategy.go`. */
export const certificateSigningRequest: Kind = defineKind<CertificateSigningRequest>({
  resource: certificateSigningRequests,
  schema: builtIn('V1CertificateSigningRequest'),
  shortNames: ['csr'],
  nameRule: 'pathSegment',
  setDefaults(draft) {
    const incomplete: { spec?: Partial<Spec> } = draft;
    incomplete.spec ??= {};
  },
  /** The server sets the user. What the request says about the user is ignored. */
  prepareForCreate(draft, { user }) {
    const { username: _, uid: __, groups: ___, extra: ____, ...spec } = draft.spec;
    draft.spec = spec;
    if (user.name !== '') draft.spec.username = user.name;
    if ((user.uid ?? '') !== '') draft.spec.uid = user.uid ?? '';
    if (user.groups.length > 0) draft.spec.groups = [...user.groups];
    const extra = Object.entries(user.extra ?? {}).map(
      ([key, values]) => [key, [...values]] as [string, string[]],
    );
    if (extra.length > 0) draft.spec.extra = Object.fromEntries(extra);
    draft.status = {};
  },
  prepareForUpdate(draft, old) {
    draft.spec = old.spec as Spec;
    draft.status = (old.status ?? {}) as Status;
  },
  validate: (object) => validateRequest(object),
  validateUpdate: validateRequestUpdate,
  status: {
    /** A signer gives the certificate, and says why it does not; who approves is another one. */
    prepareForUpdate(draft, old, context) {
      draft.spec = old.spec as Spec;
      const own = (draft.status?.conditions ?? []).filter(({ type }) => !APPROVAL_TYPES.includes(type));
      const approval = (old.status?.conditions ?? []).filter(({ type }) => APPROVAL_TYPES.includes(type));
      setConditions(draft, old, [...(cloneJson(approval) as Condition[]), ...own], context);
    },
    validateUpdate: validateSigning,
  },
  subresources: [
    {
      name: 'approval',
      kind: 'CertificateSigningRequest',
      schema: builtIn('V1CertificateSigningRequest'),
      verbs: ['get', 'patch', 'update'],
      part: {
        takes: 'status',
        prepareForUpdate(draft, old, context) {
          setConditions(draft, old, draft.status?.conditions ?? [], context);
          const { certificate } = old.status ?? {};
          if (certificate === undefined) delete draft.status?.certificate;
          else if (draft.status !== undefined) draft.status.certificate = certificate;
        },
        validateUpdate: validateApproval,
      },
    },
  ],
  selectableFields: ({ spec }) => ({ 'spec.signerName': signerOf(spec) }),
  columns: requestColumns,
});

const signerOf = ({ signerName = '' }: { readonly signerName?: string | undefined }): string => signerName;

function setConditions(
  draft: Draft<CertificateSigningRequest>,
  old: CertificateSigningRequest,
  conditions: readonly Condition[],
  { now }: StrategyContext,
): void {
  const { conditions: _, ...status } = draft.status ?? {};
  const stamped = stampConditions(conditions, old.status?.conditions ?? [], now);
  draft.status = { ...status, ...(stamped.length === 0 ? {} : { conditions: stamped }) };
}
