/** Every component on one page, for the eye and for axe. */
export default function GalleryPage() {
  return null;
}
