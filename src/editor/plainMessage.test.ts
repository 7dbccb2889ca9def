import assert from 'node:assert/strict';
import { plainMessage } from './plainMessage.ts';

describe('plainMessage', () => {
  it('leaves nothing that VS Code makes a link of', () => {
    // As VS Code finds them (`base/common/linkedText.ts`).
    const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
    const evil = 'roles "[Show](command:workbench.action.quit)" is forbidden, [x](https://e.example)';
    assert.match(evil, link);
    assert.doesNotMatch(plainMessage(evil), link);
    assert.equal(plainMessage('pods "a" is forbidden: (no) [why]'), 'pods "a" is forbidden: (no) [why]');
  });
});
