"""The engines that answer for `its_generator.backend.Backend`, one a file or folder."""
