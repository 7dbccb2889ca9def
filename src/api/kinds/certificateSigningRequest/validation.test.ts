import assert from 'node:assert/strict';
import { CLIENT_REQUEST, requestOf } from '../../../../test/harness/certificateRequests.ts';
import {
  objectOf,
  refusals,
  refusedChanges,
  refusedStatuses,
  shows,
} from '../../../../test/harness/kindRules.ts';
import type { Draft } from '../../meta.ts';
import type { CertificateSigningRequest } from '../../types.ts';
import { certificateSigningRequest } from './kind.ts';

const request = requestOf(CLIENT_REQUEST);
const signerName = 'kubernetes.io/kube-apiserver-client';
const specOf = (more: object = {}): object => ({
  spec: { request, signerName, usages: ['client auth'], ...more },
});
const withStatus = (...conditions: object[]): object => ({ ...specOf(), status: { conditions } });
const [approved, denied] = [
  { type: 'Approved', status: 'True' },
  { type: 'Denied', status: 'True' },
];

refusals(certificateSigningRequest, [
  ['a plain one', specOf(), []],
  [
    'nothing',
    {},
    [
      'spec.request: Invalid value: "": PEM block type must be CERTIFICATE REQUEST',
      'spec.usages: Required value',
      'spec.signerName: Required value',
    ],
  ],
  ['usages', specOf({ usages: ['signing', 'signing'] }), ['spec.usages[1]: Duplicate value: "signing"']],
  [
    'signers of no domain',
    specOf({ signerName: 'mine' }),
    [
      'spec.signerName: Invalid value: "mine": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
    ],
  ],
  [
    'signers of a short domain',
    specOf({ signerName: 'local/mine' }),
    [
      'spec.signerName: Invalid value: "local": should be a domain with at least two segments separated by dots',
    ],
  ],
  [
    'the signer of old',
    specOf({ signerName: 'kubernetes.io/legacy-unknown' }),
    [
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ],
  ],
  [
    'a short time',
    specOf({ expirationSeconds: 599 }),
    [
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)',
    ],
  ],
  [
    'conditions that do not go together',
    withStatus(
      approved,
      denied,
      approved,
      { type: 'Failed', status: 'False' },
      { type: 'Mine', status: 'x' },
      {},
    ),
    [
      'status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
      'status.conditions[2].type: Invalid value: "Approved": Approved and Denied conditions are mutually exclusive',
      'status.conditions[2].type: Duplicate value: "Approved"',
      'status.conditions[3].status: Unsupported value: "False": supported values: "True"',
      'status.conditions[4].status: Unsupported value: "x": supported values: "False", "True", "Unknown"',
      'status.conditions[5].type: Required value',
      'status.conditions[5].status: Required value',
    ],
  ],
]);

refusedChanges(certificateSigningRequest, [
  ['the same', withStatus(approved), withStatus(approved), []],
  [
    'a lost approval',
    withStatus(approved),
    specOf(),
    ['status.conditions: Forbidden: updates may not remove a condition of type "Approved"'],
  ],
  [
    'an approval by the way',
    specOf(),
    withStatus(approved),
    ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'],
  ],
]);

const certified = (text: string): object => ({
  ...specOf(),
  status: { certificate: Buffer.from(text).toString('base64') },
});

refusedStatuses(certificateSigningRequest, [
  [
    'a certificate that is none',
    specOf(),
    certified('x'),
    [
      'status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block',
    ],
  ],
  [
    'a key for a certificate',
    specOf(),
    certified('-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n'),
    [
      'status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "PRIVATE KEY"',
    ],
  ],
  [
    'another certificate',
    certified('x'),
    certified('y'),
    ['status.certificate: Forbidden: updates may not modify existing certificate content'],
  ],
  [
    'a failure that is taken back',
    withStatus({ type: 'Failed', status: 'True' }),
    specOf(),
    ['status.conditions: Forbidden: updates may not remove a condition of type "Failed"'],
  ],
]);

shows(certificateSigningRequest, 'Name Age SignerName Requestor RequestedDuration Condition', [
  ['an open one', specOf({ username: 'jane' }), ['a', '15m', signerName, 'jane', '<none>', 'Pending']],
  [
    'one that has its certificate',
    { ...specOf({ expirationSeconds: 3600 }), status: { conditions: [approved], certificate: 'eA==' } },
    ['a', '15m', signerName, '', '60m', 'Approved,Issued'],
  ],
  [
    'one that has failed',
    withStatus(denied, { type: 'Failed', status: 'True' }),
    ['a', '15m', signerName, '', '<none>', 'Denied,Failed'],
  ],
]);

describe('preparation of CertificateSigningRequest', () => {
  const context = {
    now: '2026-01-01T00:00:00Z',
    user: { name: 'jane', uid: '7', groups: ['dev'], extra: { 'example.com/k': ['v'] } },
  };
  const draftOf = (content: object): Draft<CertificateSigningRequest> =>
    structuredClone(
      objectOf(certificateSigningRequest, content),
    ) as unknown as Draft<CertificateSigningRequest>;
  const old = objectOf(certificateSigningRequest, specOf());

  it('knows who asks, whatever the request says', () => {
    const draft = draftOf(
      specOf({ username: 'root', uid: '0', groups: ['system:masters'], extra: { a: ['b'] } }),
    );
    certificateSigningRequest.prepareForCreate?.(draft, context);
    const { username, uid, groups, extra } = draft.spec;
    assert.deepEqual([username, uid, groups, extra], ['jane', '7', ['dev'], { 'example.com/k': ['v'] }]);
    assert.deepEqual(draft.status, {});
  });

  it('lets a signer say how it went and nobody approve by that way, and notes when', () => {
    const failed = { type: 'Failed', status: 'True' };
    const draft = draftOf(withStatus(approved, failed));
    certificateSigningRequest.status?.prepareForUpdate?.(draft, old, context);
    const { now } = context;
    assert.deepEqual(draft.status, {
      conditions: [{ ...failed, lastUpdateTime: now, lastTransitionTime: now }],
    });
  });

  it('lets an approval change nothing but conditions', () => {
    const part = certificateSigningRequest.subresources?.[0]?.part;
    const draft = draftOf({ ...specOf(), status: { conditions: [approved], certificate: 'eA==' } });
    part?.prepareForUpdate(draft, old, context);
    assert.deepEqual(
      draft.status?.conditions?.map(({ type }) => type),
      ['Approved'],
    );
    assert.equal(draft.status.certificate, undefined);
  });
});
