/** Hands a text or a file to the person. */
export function saveText(fileName: string, text: string, mediaType = 'text/csv;charset=utf-8'): void {
  saveBlob(fileName, new Blob([text], { type: mediaType }));
}

/** Hands bytes to the person as a file. */
export function saveBlob(fileName: string, bytes: Blob): void {
  const address = URL.createObjectURL(bytes);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  // The browser keeps its own hold on the bytes once the download has begun.
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}
