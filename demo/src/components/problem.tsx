/** What has not worked, where it was tried. */
export function Problem({ text }: { text: string }) {
  return text === '' ? null : (
    <p class="error" role="alert">
      {text}
    </p>
  );
}
