import type { Knex } from 'knex';

/** The loan book: who borrowed, what was lent, when it falls due and what came in. One book at a time. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table loan_book (
      only_one  boolean     not null default true constraint loan_book_pkey primary key
                constraint loan_book_only_one check (only_one),
      source    text        not null,
      loaded_at timestamptz not null default now(),
      files     jsonb       not null
    );
    comment on table loan_book is 'where the book in the other tables came from: one row, or none when nothing was ever loaded';
    comment on column loan_book.source is 'sample, or the folder it was loaded from: the seed replaces nothing but the sample';
    comment on column loan_book.files is 'what became of the rows of each file: read, loaded, repaired, duplicates, set_aside';

    create table borrowers (
      borrower_id               text    collate "C" constraint borrowers_pkey primary key,
      state                     text,
      city                      text,
      zip_code                  text,
      borrower_credit_score     integer,
      borrower_credit_score_raw text
    );
    comment on column borrowers.zip_code is 'text: it may start with 0';
    comment on column borrowers.borrower_credit_score is 'null when the file holds no whole number: 0 is a real score, the worst';

    create table loans (
      loan_id           text          collate "C" constraint loans_pkey primary key,
      borrower_id       text          collate "C" not null,
      date_of_release   date          not null,
      term              integer,
      interest_rate     numeric,
      loan_amount       numeric(18,4) not null,
      downpayment       numeric(18,4) not null,
      payment_frequency numeric(18,4) not null,
      maturity_date     date          not null,
      constraint loans_borrower foreign key (borrower_id) references borrowers (borrower_id),
      constraint loans_amounts check (loan_amount >= 0 and downpayment >= 0 and payment_frequency >= 0)
    );
    create index loans_by_borrower on loans (borrower_id);
    comment on column loans.interest_rate is 'plays no part: the instalments add up to loan_amount';
    comment on column loans.downpayment is 'not a repayment and never counted as one';
    comment on column loans.payment_frequency is 'the amount of one instalment, not a frequency; the name is the lender''s';

    create table payment_schedule (
      schedule_id             text          collate "C" constraint payment_schedule_pkey primary key,
      loan_id                 text          collate "C" not null,
      expected_payment_date   date          not null,
      expected_payment_amount numeric(18,4) not null,
      constraint payment_schedule_loan foreign key (loan_id) references loans (loan_id),
      constraint payment_schedule_amount check (expected_payment_amount >= 0)
    );
    create index payment_schedule_by_loan on payment_schedule (loan_id, expected_payment_date);

    create table loan_payments (
      payment_id  text          collate "C" constraint loan_payments_pkey primary key,
      loan_id     text          collate "C" not null,
      date_paid   date          not null,
      amount_paid numeric(18,4) not null,
      constraint loan_payments_loan foreign key (loan_id) references loans (loan_id),
      constraint loan_payments_amount check (amount_paid > 0)
    );
    create index loan_payments_by_loan on loan_payments (loan_id, date_paid);
    comment on table loan_payments is 'money received; nothing says which instalment a payment is for: payments fill the oldest first';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table loan_payments, payment_schedule, loans, borrowers, loan_book');
}
