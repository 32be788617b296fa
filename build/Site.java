import java.nio.file.Files;
import java.nio.file.Path;
import org.jetbrains.dokka.DokkaBootstrapImpl;

final class Site {
    public static void main(String[] arguments) throws Exception {
        var status = 1;
        try {
            var dokka = new DokkaBootstrapImpl();
            dokka.configure(Files.readString(Path.of(arguments[0])), (level, message) -> {
                if (!level.equals("debug") && !level.equals("info")) System.out.println(level + " " + message);
            });
            dokka.generate();
            status = 0;
        } catch (Throwable e) {
            e.printStackTrace();
        }
        System.exit(status); // Dokka's threads would wait on after a failure
    }
}
