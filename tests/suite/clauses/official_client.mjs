// Lists the event categories with the official client, from the API whose URL is the only argument. Prints them, or
// the status of a refusal and what the client says of it, as JSON.
import scalingo from "scalingo";

const client = new scalingo.Client("a-token-of-the-user", { apiUrl: process.argv[2] });
try {
  console.log(JSON.stringify({ categories: await client.Events.listEventCategories() }));
} catch (error) {
  console.log(JSON.stringify({ refused: error.status, says: error.message }));
}
