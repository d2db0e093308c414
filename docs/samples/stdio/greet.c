// {"name": "Ada"} on standard input → {"greeting": "Hello, Ada, from C."} on standard output.
#include <stdio.h>
#include <string.h>

int main(void) {
  char event[4096], name[100];
  event[fread(event, 1, sizeof event - 1, stdin)] = '\0';
  const char *found = strstr(event, "\"name\"");
  if (!found || sscanf(found, "\"name\" : \"%99[^\"\\]\"", name) != 1) {
    fputs("name is missing. Send {\"name\": \"Ada\"}.\n", stderr);
    return 1;
  }
  printf("{\"greeting\": \"Hello, %s, from C.\"}\n", name);
  return 0;
}
