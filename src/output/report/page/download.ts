/** Offers a file for download; no data leaves the browser. */
export function download(name: string, content: string | Blob, type = "text/csv;charset=utf-8"): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Pixels of the picture per CSS pixel: 96 per inch become 288. */
const DENSITY = 3;

/** Returns the plot as standalone SVG text with the colors of the page. */
export function svgText(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

/** Renders the plot as a PNG picture. */
export async function pngBlob(svg: SVGSVGElement, background: string): Promise<Blob> {
  const [width, height] = ["width", "height"].map((side) => Number(svg.getAttribute(side))) as [number, number];
  const image = new Image(width * DENSITY, height * DENSITY);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * DENSITY);
  canvas.height = Math.round(height * DENSITY);
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.fillStyle = background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) =>
      blob === null ? reject(new Error("the browser could not create the picture")) : resolve(blob),
    ),
  );
}
