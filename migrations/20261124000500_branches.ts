import type { Knex } from 'knex';

/** Placeholders for what the report asks for and no raw file holds: empty unless the folder brings them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table branches (
      branch_id text collate "C" constraint branches_pkey primary key,
      branch    text,
      currency  text constraint branches_currency check (currency ~ '^[A-Z]{3}$')
    );
    comment on column branches.currency is 'ISO 4217 code of the loans of this branch; null when the lender does not say';

    create table loan_branches (
      loan_id   text collate "C" constraint loan_branches_pkey primary key,
      branch_id text collate "C" not null,
      constraint loan_branches_loan foreign key (loan_id) references loans (loan_id)
    );
    create index loan_branches_by_branch on loan_branches (branch_id);
    comment on column loan_branches.branch_id is 'no foreign key: a folder may tell the branch of a loan without naming the branches';

    create table borrower_names (
      borrower_id   text collate "C" constraint borrower_names_pkey primary key,
      borrower_name text,
      constraint borrower_names_borrower foreign key (borrower_id) references borrowers (borrower_id)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table borrower_names, loan_branches, branches');
}
