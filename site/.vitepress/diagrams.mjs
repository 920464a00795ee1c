/** Blocks of Mermaid become diagrams. @param {import('markdown-it').default} markdown */
export function diagrams(markdown) {
  const other = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index];
    return info.trim() === 'mermaid'
      ? `<Diagram code="${encodeURIComponent(content)}" />`
      : other(tokens, index, ...rest);
  };
}
