drop table documents;
drop function check_document();
drop table document_series;
