interface Page {
  readonly title: string;
  readonly body: string;
  /** The relative address of the service's root: pages work under any path prefix. */
  readonly root: string;
  /** More elements of the head. */
  readonly head?: string;
}

/** A page in the style of the dashboard. */
export function formatPage({ title, body, root, head = '' }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${root}/dashboard/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${root}/dashboard/styles/base.css">
${head}</head>
<body>
${body}
</body>
</html>
`;
}
