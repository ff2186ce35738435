-- Run once by the owner of the desk's database: a role for the mail server that may read the view and nothing else.
CREATE ROLE optout_postfix LOGIN PASSWORD 'change-me' CONNECTION LIMIT 100;
GRANT SELECT ON suppressed_email TO optout_postfix;
