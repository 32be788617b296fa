import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Pattern;
import org.intellij.markdown.flavours.gfm.GFMFlavourDescriptor;
import org.intellij.markdown.html.HtmlGenerator;
import org.intellij.markdown.parser.MarkdownParser;
import org.jetbrains.dokka.DokkaBootstrapImpl;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Entities;

/**
 * Runs Dokka: {@code java Site.java CONFIGURATION OUTPUT GUIDES}. Public declarations that lack documentation, and
 * whatever else Dokka warns of, fail it. Each file in the folder of guides becomes a page, which the start page names
 * and the search finds.
 */
final class Site {
    /** What the compiler makes needs no words, and what is internal is on no page. */
    private static final Pattern EXPECTED = Pattern.compile("Undocumented: .*(Companion|/equals/.*"
            + "|/hashCode/.*|/toString/.*|/getEntries/.*)/? \\(\\w+\\)"
            + "|Couldn't resolve link: .*/dev\\.kmmap\\.internal\\..*");

    public static void main(String[] arguments) {
        var status = 1;
        try {
            var warnings = generate(Files.readString(Path.of(arguments[0])));
            new Site(Path.of(arguments[1]), Path.of(arguments[2])).addGuides();
            status = warnings.isEmpty() ? 0 : 1;
        } catch (Exception | LinkageError e) {
            e.printStackTrace();
        }
        System.exit(status); // Dokka's threads would wait on after a failure
    }

    private static List<String> generate(String configuration) {
        var warnings = new ArrayList<String>();
        var dokka = new DokkaBootstrapImpl();
        dokka.configure(configuration, (level, message) -> {
            if (!(level.equals("warn") || level.equals("error")) || EXPECTED.matcher(message).matches()) return;
            System.out.println(level.toUpperCase() + " " + message);
            warnings.add(message);
        });
        dokka.generate();
        return warnings;
    }

    private final Path output;
    private final Path guides;

    private Site(Path output, Path guides) {
        this.output = output;
        this.guides = guides;
    }

    private void addGuides() throws IOException {
        var start = Jsoup.parse(Files.readString(output.resolve("index.html")));
        var list = new Element("ul");
        var contents = new StringBuilder(entry("guides", 0, "index.html", "Guides"));
        var found = new StringBuilder();
        for (var guide : files(".md")) {
            var address = "guides/" + page(guide);
            var title = write(guide, address);
            if (!guide.contains("/")) {
                list.appendElement("li").appendElement("a").attr("href", address).text(title);
                contents.append(entry("guides-" + list.childrenSize(), 1, address, title)).append("</div>");
            }
            found.append(",{\"name\":\"%1$s\",\"description\":\"guide\",\"location\":\"%2$s\","
                    .concat("\"searchKeys\":[\"%1$s\"]}")
                    .formatted(title.replace("\"", "\\\""), address));
        }
        for (var picture : files(".svg")) {
            Files.copy(guides.resolve(picture), output.resolve("guides").resolve(picture));
        }
        var cover = start.selectFirst("#content .cover");
        cover.appendElement("h2").text("Guides");
        cover.appendChild(list);
        save(start, "index.html");
        var navigation = output.resolve("navigation.html"); // which each page loads into its side
        Files.writeString(navigation, contents + "</div>" + Files.readString(navigation));
        var index = output.resolve("scripts/pages.json");
        Files.writeString(index, Files.readString(index).replaceFirst("\\]\\s*$", "") + found + "]");
    }

    /** A line of the table of contents, as Dokka writes them; what it holds and its end are to follow. */
    private static String entry(String name, int level, String address, String title) {
        var id = name + "-nav-submenu";
        var button = level > 0 ? "" : """
                <button class="toc--button" aria-expanded="false" aria-label="%s"
                  onclick="window.handleTocButtonClick(event, '%s')"></button>""".formatted(title, id);
        return """
                <div class="toc--part" id="%s" data-nesting-level="%d">
                  <div class="toc--row">%s<a href="%s" class="toc--link"><span>%s</span></a></div>
                """.formatted(id, level, button, address, Entities.escape(title));
    }

    private List<String> files(String ending) throws IOException {
        try (var all = Files.walk(guides)) {
            return all.map(file -> guides.relativize(file).toString()).filter(name -> name.endsWith(ending))
                    .sorted(Comparator.comparing((String name) -> !name.equals("getting-started.md"))
                            .thenComparing(Comparator.naturalOrder())).toList();
        }
    }

    private static String page(String guide) {
        return guide.replaceFirst("\\.md$", ".html");
    }

    /** The guide in the frame of the start page; returns its title. */
    private String write(String guide, String address) throws IOException {
        var text = Files.readString(guides.resolve(guide));
        var flavour = new GFMFlavourDescriptor();
        var tree = new MarkdownParser(flavour).buildMarkdownTreeFromString(text);
        var tags = new HtmlGenerator.DefaultTagRenderer((node, tag, attributes) -> attributes, false);
        var body = Jsoup.parseBodyFragment(new HtmlGenerator(text, tree, flavour, false).generateHtml(tags)).body();
        var names = new HashMap<String, Integer>();
        for (var heading : body.select("h1, h2, h3, h4")) {
            var name = heading.text().toLowerCase().replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-');
            var times = names.merge(name, 1, Integer::sum);
            heading.attr("id", times == 1 ? name : name + "-" + (times - 1));
        }
        for (var link : body.select("a[href]")) {
            var href = link.attr("href");
            if (href.matches("(https?:|#).*")) continue;
            var file = Path.of(guide).resolveSibling(href.replaceFirst("#.*", "")).normalize();
            // What is no guide is in the sources, not on the site.
            if (!file.startsWith("..") && Files.isRegularFile(guides.resolve(file))) {
                link.attr("href", href.replaceFirst("\\.md(#.*)?$", ".html$1"));
            } else {
                link.unwrap();
            }
        }
        for (var code : body.select("pre > code")) {
            code.attr("class", "block " + code.className().replace("language-", "lang-"));
        }
        var page = frame("../".repeat(address.split("/").length - 1));
        var title = body.selectFirst("h1").text();
        page.title(title);
        page.selectFirst("#content").removeAttr("pageIds").attr("data-page-type", "guide").html(body.html());
        save(page, address);
        return title;
    }

    private Document frame(String toRoot) throws IOException {
        var page = Jsoup.parse(Files.readString(output.resolve("index.html"))
                .replace("var pathToRoot = \"\"", "var pathToRoot = \"" + toRoot + "\""));
        for (var attribute : List.of("href", "src")) {
            for (var element : page.select("[" + attribute + "]")) {
                var address = element.attr(attribute);
                if (!address.matches("(https?:|#|data:).*")) element.attr(attribute, toRoot + address);
            }
        }
        return page;
    }

    private void save(Document page, String address) throws IOException {
        page.outputSettings().prettyPrint(false).charset(StandardCharsets.UTF_8);
        var file = output.resolve(address);
        Files.createDirectories(file.getParent());
        Files.writeString(file, page.outerHtml());
    }
}
