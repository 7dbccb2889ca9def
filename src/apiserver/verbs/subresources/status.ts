import type { ApiResponse } from '../../../api/request.ts';

/** What a POST to a subresource answers that has nothing to show. */
export function success(code = 201): ApiResponse {
  return {
    type: 'object',
    code,
    object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code },
  };
}
