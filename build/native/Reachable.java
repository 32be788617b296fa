import java.net.HttpURLConnection;
import java.net.URI;

/** Exits with 0 if the web server has what the URL names: {@code java Reachable.java URL}. */
final class Reachable {
    private static final int PATIENCE_MILLIS = 5_000;

    public static void main(String[] arguments) throws Exception {
        var connection = (HttpURLConnection) URI.create(arguments[0]).toURL().openConnection();
        connection.setConnectTimeout(PATIENCE_MILLIS);
        connection.setReadTimeout(PATIENCE_MILLIS);
        connection.setRequestMethod("HEAD");
        System.exit(connection.getResponseCode() == HttpURLConnection.HTTP_OK ? 0 : 1);
    }
}
