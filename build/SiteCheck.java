import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Checks the pages: {@code java SiteCheck.java CHROMIUM PROFILE SITE [FOLDER...]}. Every link of every page under SITE
 * and each FOLDER leads to something; and in Chromium the start page of SITE renders, its search finds
 * {@code awaitFind} and leads there, and nothing complains.
 */
final class SiteCheck {
    private static final Pattern LINK = Pattern.compile("<[^>]*?\\s(?:href|src)=(?:\"([^\"]*)\"|([^\\s\">]+))");
    private static final Pattern ANCHOR = Pattern.compile("\\s(?:id|name)=\"([^\"]*)\"");
    private static final int PATIENCE_SECONDS = 30;

    public static void main(String[] arguments) throws Exception {
        var problems = new TreeSet<String>();
        for (var folder : List.of(arguments).subList(2, arguments.length)) checkLinks(Path.of(folder), problems);
        problems.forEach(System.out::println);
        var server = serve(Path.of(arguments[2]));
        var address = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        var chromium = new ProcessBuilder(arguments[0], "--headless", "--no-sandbox", "--disable-gpu",
                "--remote-debugging-port=0", "--user-data-dir=" + arguments[1], "about:blank")
                .redirectErrorStream(true).redirectOutput(Path.of(arguments[1], "chromium.log").toFile()).start();
        var ok = false;
        try {
            ok = new SiteCheck(pageOf(Path.of(arguments[1], "DevToolsActivePort"))).browse(address);
        } finally {
            chromium.destroy();
            chromium.waitFor();
            server.stop(0);
        }
        System.exit(ok && problems.isEmpty() ? 0 : 1);
    }

    private static void checkLinks(Path site, TreeSet<String> problems) throws IOException {
        List<Path> pages;
        try (var all = Files.walk(site)) {
            pages = all.filter(file -> file.toString().endsWith(".html")).toList();
        }
        var links = 0;
        for (var page : pages) {
            // Dokka loads this one into the others, whose links it makes relative to the start page.
            var from = page.getFileName().toString().equals("navigation.html") ? site.resolve("index.html") : page;
            var text = Files.readString(page).replaceAll("(?s)<script\\b[^>]*>.*?</script>", "");
            for (var match : LINK.matcher(text).results().toList()) {
                var link = (match.group(1) != null ? match.group(1) : match.group(2)).replace("&amp;", "&");
                if (link.matches("(https?|data|javascript|mailto):.*")) continue;
                links++;
                var parts = link.split("#", 2);
                var file = parts[0].isEmpty() ? page : from.resolveSibling(decode(parts[0])).normalize();
                if (Files.isDirectory(file)) file = file.resolve("index.html");
                if (!file.startsWith(site) || !Files.isRegularFile(file)) {
                    problems.add(site.getFileName() + "/" + site.relativize(page) + ": no file " + link);
                } else if (parts.length == 2 && !parts[1].isEmpty() && !hasAnchor(file, parts[1])) {
                    problems.add(site.getFileName() + "/" + site.relativize(page) + ": no anchor " + link);
                }
            }
        }
        System.out.println(site.getFileName() + ": " + pages.size() + " pages, " + links + " links");
    }

    private static boolean hasAnchor(Path file, String anchor) throws IOException {
        var known = new HashSet<String>();
        for (var match : ANCHOR.matcher(Files.readString(file)).results().toList()) {
            known.add(match.group(1).replace("&amp;", "&"));
        }
        return known.contains(anchor) || known.contains(decode(anchor));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static final Map<String, String> TYPES = Map.of("html", "text/html", "js", "text/javascript",
            "css", "text/css", "json", "application/json", "svg", "image/svg+xml");

    private static HttpServer serve(Path site) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var file = site.resolve(exchange.getRequestURI().getPath().substring(1)).normalize();
            if (Files.isDirectory(file)) file = file.resolve("index.html");
            var found = file.startsWith(site) && Files.isRegularFile(file);
            var body = found ? Files.readAllBytes(file) : new byte[0];
            var type = TYPES.get(file.toString().replaceFirst(".*\\.", ""));
            if (type != null) exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(found ? 200 : 404, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** The address by which Chromium's own protocol controls its one page. */
    private static URI pageOf(Path portFile) throws Exception {
        for (var second = 0; second < PATIENCE_SECONDS; second++) {
            Thread.sleep(1_000);
            if (!Files.exists(portFile)) continue;
            var port = Files.readAllLines(portFile).getFirst();
            var list = URI.create("http://127.0.0.1:" + port + "/json/list").toURL().openStream();
            var pages = new String(list.readAllBytes(), StandardCharsets.UTF_8);
            var address = Pattern.compile("\"(ws://[^\"]*/page/[^\"]*)\"").matcher(pages);
            if (address.find()) return URI.create(address.group(1));
        }
        throw new IllegalStateException("Chromium does not start");
    }

    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<String> complaints = new ArrayList<>();
    private final WebSocket chromium;
    private int calls;

    private SiteCheck(URI page) {
        chromium = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(page, new WebSocket.Listener() {
            private final StringBuilder message = new StringBuilder();

            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                message.append(text);
                if (last) {
                    received(message.toString());
                    message.setLength(0);
                }
                socket.request(1);
                return null;
            }
        }).join();
    }

    private void received(String message) {
        if (message.startsWith("{\"id\":")) answers.add(message);
        if (message.contains("\"method\":\"Runtime.exceptionThrown\"")
                || message.contains("\"method\":\"Runtime.consoleAPICalled\"") && message.contains("\"type\":\"error\"")
                || message.contains("\"method\":\"Log.entryAdded\"") && message.contains("\"level\":\"error\"")) {
            synchronized (complaints) {
                complaints.add(message);
            }
        }
    }

    private boolean browse(String address) throws Exception {
        for (var domain : List.of("Runtime", "Log", "Page")) call(domain + ".enable", "{}");
        call("Page.navigate", "{\"url\":\"" + address + "\"}");
        var ok = waitFor("the start page renders, with its packages and guides", "document.readyState == 'complete'"
                + " && document.querySelector('#content h1')?.innerText == 'kmmap'"
                + " && [...document.querySelectorAll('#content a')].some(a => a.innerText == 'dev.kmmap')"
                + " && [...document.querySelectorAll('#content a')].some("
                + "a => a.pathname == '/guides/getting-started.html')");
        ok &= waitFor("the table of contents is there", "document.querySelectorAll('#sideMenu a').length > 50");
        ok &= waitFor("the search is there", "!!document.getElementById('pages-search')");
        evaluate("document.getElementById('pages-search').click()");
        ok &= waitFor("it opens", "document.querySelector('.popup-wrapper input')?.checkVisibility()");
        evaluate("document.querySelector('.popup-wrapper input').focus()");
        call("Input.insertText", "{\"text\":\"awaitFind\"}");
        var found = "[...document.querySelectorAll('.popup-wrapper [data-test~=ring-list-item]')]"
                + ".find(item => item.innerText.endsWith('.awaitFind'))";
        ok &= waitFor("it finds awaitFind", "!!" + found);
        evaluate(found + "?.click()");
        ok &= waitFor("it leads to its page", "document.readyState == 'complete'"
                + " && location.pathname == '/kmmap/dev.kmmap/await-find.html'"
                + " && document.querySelector('#content h1')?.innerText == 'awaitFind'");
        call("Page.navigate", "{\"url\":\"" + address + "guides/semantics.html\"}");
        ok &= waitFor("a guide renders, in the frame of the other pages", "document.readyState == 'complete'"
                + " && document.querySelectorAll('#content table').length > 3"
                + " && document.querySelectorAll('#sideMenu a').length > 50");
        synchronized (complaints) {
            complaints.forEach(complaint -> System.out.println("complaint: " + complaint));
            return ok && complaints.isEmpty();
        }
    }

    private boolean waitFor(String what, String condition) throws Exception {
        for (var tenth = 0; tenth < PATIENCE_SECONDS * 10; tenth++) {
            if (evaluate(condition).contains("\"value\":true")) {
                System.out.println("ok: " + what);
                return true;
            }
            Thread.sleep(100);
        }
        System.out.println("FAILED: " + what + ", at " + evaluate(
                "location.href + ' ' + (document.querySelector('.popup-wrapper')?.outerHTML ?? '')"));
        return false;
    }

    private String evaluate(String script) throws Exception {
        var text = script.replace("\\", "\\\\").replace("\"", "\\\"");
        return call("Runtime.evaluate", "{\"expression\":\"" + text + "\"}");
    }

    private String call(String method, String parameters) throws Exception {
        var id = ++calls;
        chromium.sendText("{\"id\":%d,\"method\":\"%s\",\"params\":%s}".formatted(id, method, parameters), true).join();
        for (;;) {
            var answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null) throw new IllegalStateException("no answer to " + method);
            if (answer.startsWith("{\"id\":" + id + ",")) return answer;
        }
    }
}
