import type { Knex } from 'knex';

/** The loan book, one at a time: borrowers, loans, instalments and payments. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(BOOK);
  await knex.raw(LOANS);
  await knex.raw(PLACEHOLDERS);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table borrower_names, loan_branches, branches,
               loan_payments, payment_schedule, loans, borrowers,
               rejected_rows, loan_book
  `);
}

const BOOK = `
  create table loan_book (
    only_one       boolean       not null default true constraint loan_book_pkey primary key
                   constraint loan_book_only_one check (only_one),
    source         text          not null,
    loaded_at      timestamptz   not null default now(),
    is_sample      boolean       not null default false,
    tolerance      numeric(18,4) not null default 0
                   constraint loan_book_tolerance check (tolerance >= 0),
    files          jsonb         not null,
    affected_loans integer       not null default 0,
    notes          jsonb         not null default '[]'
  );
  comment on table loan_book is
    'where the book in the other tables came from: one row, or none when nothing was ever loaded';
  comment on column loan_book.source is 'sample, or the folder the book was loaded from';
  comment on column loan_book.is_sample is
    'the sample book: every report and page marks it as SAMPLE';
  comment on column loan_book.tolerance is
    'Money missing up to this much counts as paid: an instalment is covered when what came in
falls short of the sum due by no more, and a loan is settled when no more is outstanding';
  comment on column loan_book.files is
    '[{file, read, loaded, repaired, warned, duplicates, ignored, rejected}] in rows.
read = loaded + duplicates + ignored + rejected; repaired and warned rows are loaded rows';
  comment on column loan_book.affected_loans is
    'loans that lost a row: their own, an instalment or a payment was rejected';
  comment on column loan_book.notes is
    'What every report says about this book, as codes and counts: [{code, count, …}].
sample;
tolerance {amount};
rejected_rows {count, files: {file: rows}, loans: affected loans};
no_schedule {count: loans without instalments: outstanding null, not in PAR};
schedule_below_principal {count: loans whose instalments add up to less than LoanAmount};
schedule_above_principal {count: loans whose instalments hold interest};
term_differs {count: loans with another number of instalments than Term};
before_release {count: instalments and payments dated before their loan''s release};
voided_payments {count: payments voided by a reversal}';

  create table rejected_rows (
    file    text    collate "C" not null,
    line    integer not null,
    entry   integer not null,
    outcome text    not null constraint rejected_rows_outcome
            check (outcome in ('rejected', 'warned', 'ignored', 'duplicate', 'repaired')),
    code    text,
    reason  text    not null,
    raw     text    not null,
    rows    integer not null default 1,
    constraint rejected_rows_pkey primary key (file, line, entry)
  );
  comment on table rejected_rows is
    'every problem that the load of the current book reported; replaced with the book';
  comment on column rejected_rows.line is
    'line of the file on which the row starts; the header is line 1';
  comment on column rejected_rows.entry is
    'a repaired row may have been repaired in several columns';
  comment on column rejected_rows.outcome is
    'rejected, duplicate, ignored: the row is not in the book. repaired: it is, changed as the
reason says. warned: it is, and a person should look at it';
  comment on column rejected_rows.code is
    'what kind of problem it is; null when loaded before there were codes';
  comment on column rejected_rows.raw is 'the row as the file holds it, without its line end';
  comment on column rejected_rows.rows is
    'rows this entry covers: routine rounding is one entry a file';
`;

const LOANS = `
  create table borrowers (
    borrower_id               text    collate "C" constraint borrowers_pkey primary key,
    state                     text,
    city                      text,
    zip_code                  text,
    borrower_credit_score     integer,
    borrower_credit_score_raw text
  );
  comment on column borrowers.zip_code is 'text: it may start with 0';
  comment on column borrowers.borrower_credit_score is
    'null when the file holds no whole number: 0 is a real score, the worst';

  create table loans (
    loan_id           text          collate "C" constraint loans_pkey primary key,
    borrower_id       text          collate "C" not null
                      constraint loans_borrower references borrowers (borrower_id),
    date_of_release   date          not null,
    term              integer,
    interest_rate     numeric,
    loan_amount       numeric(18,4) not null,
    downpayment       numeric(18,4),
    payment_frequency numeric(18,4),
    maturity_date     date,
    currency          text          constraint loans_currency check (currency ~ '^[A-Z]{3}$'),
    constraint loans_amounts
      check (loan_amount >= 0 and downpayment >= 0 and payment_frequency >= 0)
  );
  create index loans_by_borrower on loans (borrower_id);
  comment on column loans.interest_rate is 'plays no part: the instalments add up to loan_amount';
  comment on column loans.downpayment is 'not a repayment and never counted as one';
  comment on column loans.payment_frequency is
    'the amount of one instalment, not a frequency; the name is the lender''s';
  comment on column loans.currency is
    'ISO 4217 code in loan.csv, null when it has none. A loan''s currency is
coalesce(loans.currency, branches.currency)';

  -- Lenders number the instalments and payments of each loan 1, 2, 3: keys are per loan.
  create table payment_schedule (
    schedule_id             text          collate "C" not null,
    loan_id                 text          collate "C" not null
                            constraint payment_schedule_loan references loans (loan_id),
    expected_payment_date   date          not null,
    expected_payment_amount numeric(18,4) not null
                            constraint payment_schedule_amount check (expected_payment_amount >= 0),
    constraint payment_schedule_pkey primary key (loan_id, schedule_id)
  );

  create table loan_payments (
    payment_id       text          collate "C" not null,
    loan_id          text          collate "C" not null
                     constraint loan_payments_loan references loans (loan_id),
    date_paid        date          not null,
    amount_paid      numeric(18,4) not null,
    status           text          not null default 'received' constraint loan_payments_status
                     check (status in ('received', 'voided', 'reversal')),
    voids_payment_id text          collate "C",
    constraint loan_payments_pkey primary key (loan_id, payment_id),
    constraint loan_payments_amount check ((amount_paid > 0) = (status <> 'reversal')),
    constraint loan_payments_voids
      check ((voids_payment_id is not null) = (status = 'reversal'))
  );
  comment on table loan_payments is
    'money received; no payment names its instalment: payments fill the oldest first';
  comment on column loan_payments.status is
    'Only received counts, in every figure and on every as-of day. voided: reversed later, as if
never received. reversal: the negative row that voided it';
  comment on column loan_payments.voids_payment_id is
    'on a reversal: the payment_id of the same loan that it voids';
`;

const PLACEHOLDERS = `
  -- The report asks for branches and names; no raw file holds them, so these may stay empty.
  create table branches (
    branch_id text collate "C" constraint branches_pkey primary key,
    branch    text,
    currency  text constraint branches_currency check (currency ~ '^[A-Z]{3}$')
  );
  comment on column branches.currency is
    'ISO 4217 code of the loans of this branch; null when the lender does not say';

  create table loan_branches (
    loan_id   text collate "C" constraint loan_branches_pkey primary key
              constraint loan_branches_loan references loans (loan_id),
    branch_id text collate "C" not null
  );
  create index loan_branches_by_branch on loan_branches (branch_id);
  comment on column loan_branches.branch_id is
    'no foreign key: a folder may give the branch of a loan without a file of branches';

  create table borrower_names (
    borrower_id   text collate "C" constraint borrower_names_pkey primary key
                  constraint borrower_names_borrower references borrowers (borrower_id),
    borrower_name text
  );
`;
