// The search of the guide. The index is loaded when the box is first used.
const box = document.getElementById('search');
const list = document.getElementById('found');
const count = document.getElementById('found-count');
const { root } = box.dataset;
const MOST = 8;
let index;

function loadIndex() {
  index ??= fetch(`${root}search.json`)
    .then((response) => response.json())
    .then((sections) => {
      const search = new window.MiniSearch({
        fields: ['title', 'heading', 'text'],
        storeFields: ['title', 'heading'],
        // Backticks and other signs of Markdown belong to no word.
        tokenize: (text) => text.split(/[^\p{L}\p{N}]+/u),
        searchOptions: {
          prefix: true,
          fuzzy: (word) => (word.length > 5 ? 0.2 : false),
          combineWith: 'AND',
          boost: { heading: 4, title: 2 },
        },
      });
      search.addAll(sections);
      return search;
    });
  return index;
}

function createItem({ id, title, heading }) {
  const link = document.createElement('a');
  link.href = root + id;
  link.textContent = heading === title ? title : `${title}: ${heading}`;
  const item = document.createElement('li');
  item.append(link);
  return item;
}

box.addEventListener('focus', loadIndex);
box.addEventListener('input', async () => {
  const words = box.value.trim();
  const found = words ? (await loadIndex()).search(words) : [];
  if (box.value.trim() !== words) return;
  list.replaceChildren(...found.slice(0, MOST).map(createItem));
  count.textContent = words ? `${found.length} found` : '';
});
