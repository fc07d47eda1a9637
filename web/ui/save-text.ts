/** Hands a text to the person as a file. */
export function saveText(fileName: string, text: string, mediaType = 'text/csv;charset=utf-8'): void {
  const address = URL.createObjectURL(new Blob([text], { type: mediaType }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  // The browser keeps its own hold on the bytes once the download has begun.
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}
