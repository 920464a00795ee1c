/** Shows an error beside the action that failed. */
export function Problem({ text }: { text: string }) {
  return text === '' ? null : (
    <p class="error" role="alert">
      {text}
    </p>
  );
}
