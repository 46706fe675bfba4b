package org.popcornreplay.replay;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.traces.cli.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code popcorn-replay profiles}: lists cost profiles, or prints one. */
@Command(
    name = "profiles",
    mixinStandardHelpOptions = true,
    description = "Lists the cost profiles, or prints one with units and sources.")
final class ProfilesCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "NAME", description = "A profile's name or file.")
  private String name;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (name == null) {
      for (String shipped : ProfileFile.NAMES) {
        CostProfile profile = ProfileFile.load(shipped);
        out.printf(
            "%-18s %s (%d of %d values unverified)%n",
            shipped, profile.about(), profile.unverifiedValues(), profile.values().size());
      }
    } else {
      CostProfile profile = ProfileFile.load(name);
      out.println("# " + profile.name() + ": " + profile.about());
      for (Map.Entry<ProfileKey, CostProfile.Value> entry : profile.values().entrySet()) {
        ProfileKey key = entry.getKey();
        CostProfile.Value value = entry.getValue();
        out.printf(
            "%-22s %14s %-7s %-12s %s%n",
            key.key(), value.text(), key.unit(), value.mark(), key.meaning());
        out.printf("%-22s %14s %-7s %-12s source: %s%n", "", "", "", "", value.source());
      }
      if (!profile.shapes().isEmpty()) {
        out.println(profile.shapes());
      }
      profile.options().forEach((key, value) -> out.printf("option %s=%s%n", key, value));
    }
    out.flush();
    return ExitCode.DONE;
  }
}
