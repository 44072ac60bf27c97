import type { Knex } from 'knex';

/** What the last load did not take as it stood: nothing of a raw file is dropped or mended in silence. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table rejected_rows (
      file    text    collate "C" not null,
      line    integer not null,
      entry   integer not null,
      outcome text    not null constraint rejected_rows_outcome check (outcome in ('set_aside', 'duplicate', 'repaired')),
      reason  text    not null,
      raw     text    not null,
      constraint rejected_rows_pkey primary key (file, line, entry)
    );
    comment on table rejected_rows is 'one row for each thing the load of the book in the tables had to say; replaced with the book';
    comment on column rejected_rows.line is 'line of the file the row starts on; the header is line 1';
    comment on column rejected_rows.entry is 'a repaired row may have been repaired in several columns';
    comment on column rejected_rows.outcome is
      'set_aside and duplicate: the row is not in the book; repaired: it is, changed as the reason says';
    comment on column rejected_rows.raw is 'the row as the file holds it, without its line end';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table rejected_rows');
}
