alter table loans
  add constraint loans_borrower foreign key (borrower_id) references borrowers (borrower_id);
alter table payment_schedule
  add constraint payment_schedule_pkey primary key (loan_id, schedule_id),
  add constraint payment_schedule_loan foreign key (loan_id) references loans (loan_id);
alter table loan_payments
  add constraint loan_payments_pkey primary key (loan_id, payment_id),
  add constraint loan_payments_loan foreign key (loan_id) references loans (loan_id);
alter table loan_branches
  add constraint loan_branches_loan foreign key (loan_id) references loans (loan_id);
alter table borrower_names
  add constraint borrower_names_borrower
    foreign key (borrower_id) references borrowers (borrower_id);
