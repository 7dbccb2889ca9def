import assert from 'node:assert/strict';
import { type Hover, writeHover } from './hover.ts';

/** What is written as Markdown, and what as text. */
function written(hover: Hover): { markdown: string; text: string[]; whole: string } {
  const markdown: string[] = [];
  const text: string[] = [];
  let whole = '';
  writeHover(
    {
      appendMarkdown(part: string) {
        markdown.push(part);
        whole += part;
      },
      appendText(part: string) {
        text.push(part);
        whole += part;
      },
    },
    hover,
  );
  return { markdown: markdown.join(''), text, whole };
}

describe('writeHover', () => {
  it('writes nothing that came from outside as Markdown', () => {
    const evil = '[here](command:x) ![i](https://e.example/?q) <b>**';
    const { markdown, text } = written({ title: evil, text: evil, paragraphs: [evil, evil], list: [evil] });
    assert.equal(markdown, '**** \n\n\n\n\n\n- ');
    assert.deepEqual(text, [evil, evil, evil, evil, evil]);
  });

  it('has a title, paragraphs and a list', () => {
    const hover: Hover = { title: 'p', text: 'Running', paragraphs: ['node n'], list: ['a', 'b'] };
    assert.equal(written(hover).whole, '**p** Running\n\nnode n\n\n- a\n- b');
    assert.equal(written({ list: ['a', 'b'] }).whole, '\n\n- a\n- b');
  });
});
