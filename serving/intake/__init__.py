"""名册与登记: leave, circumstances, reports and contacts from a file, looked over before they are taken."""
