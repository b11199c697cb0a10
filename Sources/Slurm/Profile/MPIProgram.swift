/// The C program that measures MPI between nodes. It is compiled by the site's own mpicc when a
/// profile is made, so that it fits the site's MPI whatever that is, and this package needs none to
/// be built.
public enum MPIProgram {
  /// Its source: C99 and MPI-2.
  public static let source = #"""
    /* Measures messages and collective operations between MPI processes, one on each node.
       Call: program OUTPUT REPEATS NODE:GROUPS...   GROUPS is a list "1,0": a node's group on each
       level of switches. Rank 0 writes lines of words to OUTPUT; the last one is "end". */
    #include <mpi.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>

    enum { LARGEST = 4 << 20, SIZES = 7, MOST = 101 };
    static const int sizes[SIZES] = {64, 1024, 8192, 65536, 262144, 1 << 20, LARGEST};
    static int world, rank, repeats;
    static char *sent, *received;
    static FILE *file;

    static int ascending(const void *a, const void *b) {
      double x = *(const double *)a, y = *(const double *)b;
      return (x > y) - (x < y);
    }

    static double median(double *times, int count) {
      qsort(times, count, sizeof *times, ascending);
      return times[count / 2];
    }

    /* Long messages are repeated less often. */
    static int rounds(int bytes) {
      int count = bytes > 65536 ? repeats / 4 : repeats;
      return count < 3 ? 3 : count;
    }

    static double pingpong(int other, int leads, int bytes) {
      double times[MOST];
      int count = rounds(bytes);
      for (int i = -1; i < count; i++) {
        double start = MPI_Wtime();
        if (leads) {
          MPI_Send(sent, bytes, MPI_BYTE, other, 0, MPI_COMM_WORLD);
          MPI_Recv(received, bytes, MPI_BYTE, other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        } else {
          MPI_Recv(received, bytes, MPI_BYTE, other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
          MPI_Send(sent, bytes, MPI_BYTE, other, 0, MPI_COMM_WORLD);
        }
        if (i >= 0) times[i] = (MPI_Wtime() - start) / 2;
      }
      return median(times, count);
    }

    /* Every pair once; in one round no process is in two pairs (the circle method). */
    static void pairs(void) {
      int places = world + world % 2;
      for (int round = 0; round + 1 < places; round++) {
        int other = -1;
        for (int step = 0; step < places / 2; step++) {
          int left = step == 0 ? places - 1 : (round + step) % (places - 1);
          int right = (round + places - 1 - step) % (places - 1);
          if (left == rank) other = right;
          if (right == rank) other = left;
        }
        if (other >= world) other = -1;
        for (int s = 0; s < SIZES; s++) {
          MPI_Barrier(MPI_COMM_WORLD);
          double mine[2] = {-1, 0};
          if (other >= 0) {
            double seconds = pingpong(other, rank < other, sizes[s]);
            if (rank < other) mine[0] = other, mine[1] = seconds;
          }
          double *all = malloc(2 * sizeof(double) * world);
          MPI_Gather(mine, 2, MPI_DOUBLE, all, 2, MPI_DOUBLE, 0, MPI_COMM_WORLD);
          for (int r = 0; rank == 0 && r < world; r++)
            if (all[2 * r] >= 0)
              fprintf(file, "pair %d %d %d %.9g\n", r, (int)all[2 * r], sizes[s], all[2 * r + 1]);
          free(all);
        }
        if (rank == 0) fflush(file);
      }
    }

    /* One operation on `bytes`: what each process sends in a ring or sums, what all gather or
       exchange together. */
    static void operate(int kind, int bytes, MPI_Comm group, int members, int own) {
      int part = bytes / members;
      switch (kind) {
      case 0:
        MPI_Sendrecv(sent, bytes, MPI_BYTE, (own + 1) % members, 0, received, bytes, MPI_BYTE,
                     (own + members - 1) % members, 0, group, MPI_STATUS_IGNORE);
        break;
      case 1: MPI_Allreduce(sent, received, bytes / 4, MPI_FLOAT, MPI_SUM, group); break;
      case 2: MPI_Allgather(sent, part, MPI_BYTE, received, part, MPI_BYTE, group); break;
      default: MPI_Alltoall(sent, part, MPI_BYTE, received, part, MPI_BYTE, group); break;
      }
    }

    static void collectives(int level, MPI_Comm group) {
      static const char *names[] = {"ring", "all-reduce", "all-gather", "all-to-all"};
      int members, own;
      MPI_Comm_size(group, &members);
      MPI_Comm_rank(group, &own);
      for (int kind = 0; kind < 4; kind++)
        for (int s = 0; s < SIZES; s++) {
          double times[MOST], mine[2] = {-1, 0};
          int count = rounds(sizes[s]);
          MPI_Barrier(MPI_COMM_WORLD);
          for (int i = -1; members > 1 && sizes[s] >= members && i < count; i++) {
            MPI_Barrier(group);
            double start = MPI_Wtime();
            operate(kind, sizes[s], group, members, own);
            double seconds = MPI_Wtime() - start, slowest;
            MPI_Allreduce(&seconds, &slowest, 1, MPI_DOUBLE, MPI_MAX, group);
            if (i >= 0) times[i] = slowest;
            if (i + 1 == count && own == 0) mine[0] = members, mine[1] = median(times, count);
          }
          double *all = malloc(2 * sizeof(double) * world);
          MPI_Gather(mine, 2, MPI_DOUBLE, all, 2, MPI_DOUBLE, 0, MPI_COMM_WORLD);
          for (int r = 0; rank == 0 && r < world; r++)
            if (all[2 * r] > 1)
              fprintf(file, "collective %s %d %d %d %.9g\n", names[kind], level, (int)all[2 * r],
                      sizes[s], all[2 * r + 1]);
          free(all);
          if (rank == 0) fflush(file);
        }
    }

    int main(int argc, char **argv) {
      char name[256] = "", library[MPI_MAX_LIBRARY_VERSION_STRING] = "";
      int length;
      MPI_Init(&argc, &argv);
      MPI_Comm_size(MPI_COMM_WORLD, &world);
      MPI_Comm_rank(MPI_COMM_WORLD, &rank);
      if (argc < 3) MPI_Abort(MPI_COMM_WORLD, 2);
      repeats = atoi(argv[2]);
      if (repeats < 3 || repeats >= MOST) repeats = 20;
      sent = calloc(1, LARGEST);
      received = calloc(1, LARGEST);
      file = rank == 0 ? fopen(argv[1], "w") : NULL;
      if (!sent || !received || (rank == 0 && !file)) MPI_Abort(MPI_COMM_WORLD, 3);
      /* Slurm's name of the node, which is what the others know it by. */
      const char *node = getenv("SLURMD_NODENAME");
      if (node) snprintf(name, sizeof name, "%s", node);
      else MPI_Get_processor_name(name, &length);
      char *names = malloc((size_t)world * sizeof name);
      MPI_Gather(name, sizeof name, MPI_CHAR, names, sizeof name, MPI_CHAR, 0, MPI_COMM_WORLD);
      if (rank == 0) {
        MPI_Get_library_version(library, &length);
        library[strcspn(library, "\n\r")] = 0;
        fprintf(file, "library %s\n", library);
        for (int r = 0; r < world; r++) fprintf(file, "node %d %s\n", r, names + r * sizeof name);
        fflush(file);
      }
      pairs();
      /* This node's groups; every node has as many levels as the first. */
      const char *groups = argc > 3 ? strchr(argv[3], ':') : NULL;
      int levels = 0;
      for (const char *c = groups; c && *c; c++) levels += *c == ':' || *c == ',';
      for (int i = 3; i < argc; i++) {
        size_t stem = strlen(name);
        if (!strncmp(argv[i], name, stem) && argv[i][stem] == ':') groups = argv[i] + stem;
      }
      for (int level = 0; level < levels; level++) {
        char *next = NULL;
        int color = groups ? (int)strtol(groups + 1, &next, 10) : 0;
        groups = next;
        MPI_Comm group;
        MPI_Comm_split(MPI_COMM_WORLD, color, rank, &group);
        collectives(level, group);
        MPI_Comm_free(&group);
      }
      if (rank == 0) {
        fprintf(file, "end\n");
        fclose(file);
      }
      MPI_Finalize();
      return 0;
    }
    """#
}
