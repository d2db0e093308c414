npx fn invoke open-poll '{"question":"Which season?","options":["Spring","Summer","Autumn","Winter"]}'
for choice in spring summer spring; do vote $choice; done
npx fn invoke close-poll
