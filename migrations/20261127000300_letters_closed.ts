import type { Knex } from 'knex';

/** A letter that is nobody's to mend can be closed, so that what is open is what somebody has to look at. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table dead_letters drop constraint dead_letters_state;
    alter table dead_letters add constraint dead_letters_state check (state in ('open', 'redriven', 'closed'));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    update dead_letters set state = 'open' where state = 'closed';
    alter table dead_letters drop constraint dead_letters_state;
    alter table dead_letters add constraint dead_letters_state check (state in ('open', 'redriven'));
  `);
}
